"""``ocn simulate``: parties that are not there, for tests and trials."""
