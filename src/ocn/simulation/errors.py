"""Errors of the simulation.

::

    OcnError
    ├── Refused        a charge point will not do what it was told; the message is for the driver
    ├── NotBilled      a session has no CDR that could be credited, or one that stands in another's way
    ├── StepFailed     something in the play is not as it must be
    └── NetworkFailed  a process of the local network did not start, or ended
"""

from ocn.errors import OcnError


class Refused(OcnError):
    """A charge point will not do what it was told; answered REJECTED with this message."""


class NotBilled(OcnError):
    """A session has no CDR that could be credited, or one that stands in the way of another."""


class StepFailed(OcnError):
    """What came back in the play is not what must come back; the message says how it differs."""


class NetworkFailed(OcnError):
    """A process of the local network did not start or ended by itself; the message has its last words."""
