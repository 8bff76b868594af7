"""`portal doctor`: looks at an installation, says what is wrong and how to mend it. It never writes."""
