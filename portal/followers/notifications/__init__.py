"""The effect that tells people: for now, the desk of a business about a new case and about a promise that broke."""
