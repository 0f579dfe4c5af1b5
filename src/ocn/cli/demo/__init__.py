"""``ocn demo``: a network on one machine, and what is played on it."""
