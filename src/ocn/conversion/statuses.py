"""Status codes that a version does not have, in the next best one that it has."""

from ocn.ocpi.statuses import Status
from ocn.ocpi.versions import VersionNumber


def status_for(code: int, target: VersionNumber) -> int:
    """Return how a status reads in a version; unknown codes fall back to the first of their thousand.

    2.1.1 has no hub (4xxx become 3000), no unknown token (2004) and no custom ranges; 2.2 has no 4000.
    """
    if target is VersionNumber.V2_1_1:
        if 4000 <= code < 5000:
            return Status.SERVER_ERROR
        if code == Status.UNKNOWN_TOKEN or code % 1000 >= 900:
            return code // 1000 * 1000
    elif target is VersionNumber.V2_2 and code == Status.HUB_ERROR:
        return Status.SERVER_ERROR
    return code
