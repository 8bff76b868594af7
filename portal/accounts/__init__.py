"""Accounts: signing in and out, and everything that a person decides about their own account."""
