"""Following a case by mail: asked for, confirmed from the mailbox itself, ended by one press; and feeds and dates."""
