"""Web: faces and accounts over the loop, in Django. No statistic is computed here.

Each folder is one Django app and one room: ``people`` (accounts, verbs, audit) → ``register`` (changes, vocabularies)
→ ``evidence`` (tables, runs) → ``board`` (cells, decisions, follow-ups) → ``api`` and ``exchange``. A room may import
only from those before it.
"""
