"""What operators ask: is it alive, is it ready, how far behind is it, and what is wrong with it."""
