"""Backup, restore, and moving to the other database."""
