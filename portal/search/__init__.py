"""Search, and likeness: find it, and find that others have it too.

What each reader may see of a thing is a *document* of its own in the index (`documents.py`): the public has one, each
business that has access to a case has one. So a query can neither find nor count what its reader may not see. Pages
show nothing from the index: hits are numbers, and their rows are loaded again through the scope.

Two engines keep the same words behind one interface (`engine.py`): Whoosh in a folder beside SQLite, PostgreSQL in
tables beside the others. `keeping.py` is the worker's side, `searching.py` and `likeness.py` the pages' side.
To let something new be found: a class beside `cases.py`, and a line in `kinds.py`.
"""
