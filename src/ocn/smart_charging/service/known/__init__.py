"""What the planner knows and keeps: sessions, what drivers want, how past sessions went, what CPOs charge.

In comes what was heard, already read; it goes to the party's storage before anybody sees it. No token, no
contract and no price that was paid is in here, and nothing here reads what a stranger wrote but preferences.
"""
