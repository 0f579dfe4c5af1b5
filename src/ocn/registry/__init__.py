"""Who is where: the contracts Registry and Permissions, and a local index of what they say.

In come an endpoint of a chain and, for writing, keys; out go frozen listings (:mod:`ocn.registry.listings`)
and transactions. A message on its way asks :class:`ocn.registry.directory.Directory`, which answers from
memory; only the command line and the audit read contracts directly. This room knows no message and no node.
"""
