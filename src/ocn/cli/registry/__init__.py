"""``ocn registry``: read and change who is where."""
