"""``ocn smart``: plan the charging of sites."""
