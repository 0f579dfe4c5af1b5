"""Errors of the simulation.

::

    OcnError
    ├── Refused             a charge point will not do what it was told; the message is for the driver
    ├── PlayFailed          see ocn.simulation.play
    └── NetworkFailed       see ocn.simulation.network
"""

from ocn.errors import OcnError


class Refused(OcnError):
    """A charge point will not do what it was told; answered REJECTED with this message."""
