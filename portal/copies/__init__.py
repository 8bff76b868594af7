"""Taking all that a portal holds from one place to another: to the other database, into a file, and back from it."""
