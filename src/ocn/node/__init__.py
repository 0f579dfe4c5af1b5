"""The node: takes OCPI requests from local platforms and other nodes and relays them to their receivers.

Read :mod:`ocn.node.pipeline` first: it is the way of a message, one call a stage. A message enters at
``edge`` (from a party below ``/ocpi``, from another node below ``/ocn/relay``) and leaves through
``forwarding``; each stage takes exactly the frozen value (:mod:`ocn.node.stages`) that the stage before
it made. ``compose`` is the only file that picks concrete classes.
"""
