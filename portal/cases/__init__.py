"""A customer's matter, from the report to the close: one case, one lead, one timeline."""
