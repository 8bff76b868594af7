"""The agents' workspace: what breaks next, and what to do about it."""
