"""Who a party is: country code and party id, always as a pair (OCPI 2.2.1 types, CiString)."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

_COUNTRY_CODE = re.compile(r"[\x21-\x7e]{2}")
_PARTY_ID = re.compile(r"[\x21-\x7e]{3}")


@dataclass(frozen=True, slots=True, eq=False)
class PartyId:
    """A party's two codes in the case they were written, compared without regard to case.

    Raises:
        ValueError: a code is not two (country) or three (party) printable ASCII characters.
    """

    country_code: str
    party_id: str
    key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check both codes; ``key`` is their upper-case form, as registries store it."""
        if not _COUNTRY_CODE.fullmatch(self.country_code):
            raise ValueError(f"country_code must be two characters, not {self.country_code[:20]!r}")
        if not _PARTY_ID.fullmatch(self.party_id):
            raise ValueError(f"party_id must be three characters, not {self.party_id[:20]!r}")
        object.__setattr__(self, "key", (self.country_code + self.party_id).upper())

    @classmethod
    def parse(cls, text: str) -> "PartyId":
        """Read ``DE ABC``, ``DE*ABC``, ``DE-ABC``, ``DE/ABC`` or ``DEABC``."""
        codes = text.strip()
        parts = re.split(r"[ */-]", codes, maxsplit=1)
        return cls(*parts) if len(parts) > 1 else cls(codes[:2], codes[2:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartyId) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return f"{self.country_code} {self.party_id}"


@lru_cache(maxsize=4096)
def known_party(country_code: str, party_id: str) -> PartyId:
    """Make a PartyId, or return the one made before: a hub sees the same few thousand pairs all day."""
    return PartyId(country_code, party_id)


def party_of_codes(codes: str) -> PartyId:
    """Return the party whose two codes are written as one, as in :attr:`PartyId.key`."""
    return known_party(codes[:2], codes[2:])
