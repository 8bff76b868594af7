"""When a business works, and by when it has promised to act."""
