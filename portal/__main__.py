"""Lets `python -m portal` do what the `portal` program does, where scripts are not on the path."""

from portal.cli import main

main()
