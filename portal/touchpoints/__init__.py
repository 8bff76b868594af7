"""What a QR code at a place opens: five seconds for the silent quarter, and what came of reports here."""
