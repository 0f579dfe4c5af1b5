"""The Open Charging Network: OCPI node, registry, party kit and local network.

Each folder is one room; its ``__init__`` says what lives there, what enters and what leaves.
"""

__version__ = "0.1.0"
