"""Bring the answer back: verified, with addresses of this node, under the caller's own ids.

Enters: ``Delivered``. Leaves: ``Answer``. The body stays as the receiver wrote it, except for its
``ocn_signature`` when this node had to exchange an address that the signature covers.
"""
