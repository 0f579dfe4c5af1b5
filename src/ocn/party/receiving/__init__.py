"""Requests to a party: ``server`` lets in, ``routes`` finds the handler, ``answers`` writes the answer.

In come requests as ASGI has them; out go signed answers, and after them what was promised in them. A handler
is whatever a back end brings (:mod:`ocn.party.handlers`).
"""
