"""Version numbers and what differs between them on the wire."""

from enum import StrEnum


class VersionNumber(StrEnum):
    """Versions this project can read and convert (:mod:`ocn.conversion`), oldest first."""

    V2_1_1 = "2.1.1"
    V2_2 = "2.2"
    V2_2_1 = "2.2.1"
    V2_3_0 = "2.3.0"

    @property
    def token_is_base64(self) -> bool:
        """Whether peers of this version expect the credentials token Base64-encoded in the header.

        2.2.1 says so; most 2.2 systems in the field send it raw (its 2020 second edition changed the text),
        and the text of 2.1.1 knows no encoding.
        """
        return self not in (VersionNumber.V2_1_1, VersionNumber.V2_2)

    @property
    def has_routing(self) -> bool:
        """Whether requests name parties and carry ids in headers; 2.1.1 knows two platforms only."""
        return self is not VersionNumber.V2_1_1


PREFERRED_VERSIONS = (VersionNumber.V2_2_1, VersionNumber.V2_2)
"""Newest first: what a party of the kit speaks unless it is told otherwise."""

HUB_VERSIONS = tuple(reversed(VersionNumber))
"""Newest first: what a hub offers, since it converts between all of them."""

VERSION_BY_NUMBER = {str(version): version for version in VersionNumber}
"""How a path names a version."""
