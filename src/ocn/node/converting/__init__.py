"""One OCPI version into another, on the way to a receiver and back.

Enters: ``Routed`` whose receiver speaks another version than the message is written in. Leaves: ``Delivered``
with the answer in the version of the one who asked. :class:`~ocn.node.converting.delivery.Converting` wraps
the delivery to one receiver, so every leg of a broadcast is converted on its own; between equal versions it
hands bytes through untouched. What is lost is decided by ``ocn.conversion`` and the policy of the peer, and
told to the operator; what may not be lost is refused, and the original is never sent instead.
"""
