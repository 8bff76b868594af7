"""What happened: the append-only history that every page, mail, figure and proof is made of."""
