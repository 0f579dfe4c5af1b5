"""How the tables came to be, one file a step. Alembic runs ``env.py`` and loads the steps by path."""
