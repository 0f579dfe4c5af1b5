"""Version numbers and what differs between them on the wire."""

from enum import StrEnum


class VersionNumber(StrEnum):
    """Versions this project speaks, oldest first."""

    V2_2 = "2.2"
    V2_2_1 = "2.2.1"

    @property
    def token_is_base64(self) -> bool:
        """Whether peers of this version expect the credentials token Base64-encoded in the header.

        2.2.1 says so; most 2.2 systems in the field send it raw (its 2020 second edition changed the text).
        """
        return self is not VersionNumber.V2_2


PREFERRED_VERSIONS = (VersionNumber.V2_2_1, VersionNumber.V2_2)
"""Newest first: the order in which a common version is chosen."""

VERSION_BY_NUMBER = {str(version): version for version in VersionNumber}
"""How a path names a version."""
