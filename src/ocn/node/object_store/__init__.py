"""The hub's memory: objects that parties pushed to everyone or that were fetched, and lists of them.

Enters: pushes, as ``Push`` (``reading.read_push`` makes one of a request), and questions: a list
(``lists.StoredLists``), one object, whose an object is. Leaves: bodies as their owners wrote them, and
answers composed of such bytes. What was sent to one party is kept, if at all, for it alone (HUB-12, HUB-13).
This room must not know where objects are stored, how messages travel, or who is connected: it is given that.

``model`` what is kept; ``reading``, ``merging``, ``ledger`` what a push changes (pure); ``port`` what a store
promises; ``cursor``, ``lists`` GET ALL; ``noting`` what is kept in passing; ``syncing`` between nodes.
"""
