"""Photos and documents with a case: what is taken, how it is kept, and who gets it.

A file passes a check of its content, is kept under a random name as a staged file, and becomes a case's by a verb. The
verbs that hold a case and decide who may act are in `portal/cases/evidence.py`.
"""
