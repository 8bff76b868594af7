"""The ledger: one entry for every public event, in order, never rewritten."""
