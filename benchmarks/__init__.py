"""How fast the portal is, as ratios to a bare Flask "hello" on the same server program in the same run."""
