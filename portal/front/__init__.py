"""The front door, and the pages that explain it."""
