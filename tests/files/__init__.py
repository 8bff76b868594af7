"""Files of cases: what is taken, how it is kept, who gets it."""
