"""Build the outgoing request and send it: to a platform with its token, to a node with our signature.

Enters: ``Routed``. Leaves: ``Delivered``. Nothing is retried or queued (OCPI, Offline behaviour: the
receiver resynchronises by GET).
"""
