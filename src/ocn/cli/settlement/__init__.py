"""``ocn settlement``: a party's money, promises, cases."""
