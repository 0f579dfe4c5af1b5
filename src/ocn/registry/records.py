"""What one event leaves behind: a key, and the record it now has. These values are what the index stores."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec


class Kind(StrEnum):
    """The four things that can be listed."""

    NODE = "node"
    PARTY = "party"
    SERVICE = "service"
    AGREEMENT = "agreement"


class Key(NamedTuple):
    """Whose listing: the owner's address (an agreement: the user's) and, for an agreement, the provider's."""

    kind: Kind
    owner: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A node's base URL."""

    url: str


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """A party as the contract emits it: ids as bytes, enumerations as numbers."""

    country_code: bytes
    party_id: bytes
    roles: tuple[int, ...]
    sender: tuple[int, ...]
    receiver: tuple[int, ...]
    operator: str


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A service without what the registry says of its provider."""

    name: str
    url: str
    permissions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """There is an agreement."""


Record: TypeAlias = NodeRecord | PartyRecord | ServiceRecord | AgreementRecord

_DECODERS: Final[dict[Kind, msgspec.json.Decoder[Any]]] = {
    Kind.NODE: msgspec.json.Decoder(NodeRecord),
    Kind.PARTY: msgspec.json.Decoder(PartyRecord),
    Kind.SERVICE: msgspec.json.Decoder(ServiceRecord),
    Kind.AGREEMENT: msgspec.json.Decoder(AgreementRecord),
}
_ENCODER: Final = msgspec.json.Encoder()


def record_to_json(record: Record | None) -> bytes | None:
    """Return a record as JSON; None, a listing that ended, stays None."""
    return None if record is None else _ENCODER.encode(record)


def record_from_json(kind: Kind, text: bytes | str | None) -> Record | None:
    """Read what :func:`record_to_json` wrote."""
    if text is None:
        return None
    record: Record = _DECODERS[kind].decode(text)
    return record
