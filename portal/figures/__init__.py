"""Every public figure: its definition, its query, its page."""
