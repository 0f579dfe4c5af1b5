"""What the operator does: invite parties, see who is connected, change or end a connection.

Enters: HTTP below ``/admin`` with the admin key, and the public questions ``/health``, ``/ready`` and
``/ocn/registry/...``. Not in a message's way, so it may be comfortable (starlette, pydantic).
"""
