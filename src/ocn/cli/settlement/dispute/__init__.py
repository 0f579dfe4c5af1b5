"""``ocn settlement dispute``: what is frozen, by whom, and whose it becomes."""
