"""The sites that are served: whose they are, what happened at each, and what waits to be done there.

In come site files, as read; nothing in this room knows a session or the network.
"""
