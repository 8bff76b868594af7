"""Ideas: what should be better, written, voted on and improved by everybody, and answered by the businesses."""
