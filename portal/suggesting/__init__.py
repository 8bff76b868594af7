"""Suggestions: which topic, place and business a text is about, learned from what a business has confirmed itself.

Learning (`learning.py`) needs a library and some seconds, so it runs in a process of its own, started by the worker.
What was learned is a row of plain numbers, from which guessing (`guessing.py`) is a sum: it can say which words it was
because of. A suggestion is never acted on by itself.
"""
