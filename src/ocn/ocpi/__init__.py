"""The protocol as data: what OCPI's texts fix, and nothing that does something with it.

Versions, modules and their routes, interface roles, statuses, header names, the response envelope, the
token of the ``Authorization`` header. Everything here is pure: no I/O, no cryptography, no other room of
this project but :mod:`ocn.errors`. A node and a party that share only this room can talk.
"""
