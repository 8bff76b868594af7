"""Hand-offs: one business asks another to help with a part of a case, or to take the whole of it."""
