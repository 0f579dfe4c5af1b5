"""What a document does not say itself and a conversion may need: supplied by the caller, all optional."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.ocpi.party_id import PartyId


@dataclass(frozen=True, slots=True)
class Strictness:
    """What a peer refuses although it might let it pass; each flag costs information."""

    closed_enums: bool = False
    """It rejects values that its version does not list. Off: such values pass, and it may judge."""
    ascii_only: bool = False
    """It rejects characters beyond ASCII (2.1.1 defines its strings so)."""
    no_fractions: bool = False
    """It rejects fractions of a second in a DateTime."""
    known_members_only: bool = False
    """It rejects members that its version does not define."""

    @classmethod
    def of(cls, flags: Iterable[str]) -> "Strictness":
        """Return the one with these flags on; with none it is :data:`LENIENT` itself.

        Raises:
            ValueError: there is no such flag.
        """
        wanted, known = set(flags), {flag.name for flag in fields(cls)}
        if not wanted <= known:
            raise ValueError(f"{sorted(wanted - known)[0][:40]!r} is none of {', '.join(sorted(known))}")
        return cls(**dict.fromkeys(wanted, True)) if wanted else LENIENT

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of the flags that are on."""
        return tuple(flag.name for flag in fields(self) if getattr(self, flag.name))

    @property
    def looks_at_everything(self) -> bool:
        """Whether every value of a document has to be seen, whatever the versions."""
        return self.ascii_only or self.no_fractions or self.known_members_only


LENIENT = Strictness()
"""Of a peer that judges for itself."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller knows around a document.

    Lookups return objects in the shape of 2.2.1, through which every conversion goes, or nothing; they are
    called during the conversion and must answer from memory.
    """

    owner: PartyId | None = None
    """Whose object it is, as the address or the routing headers say."""
    token_owner: PartyId | None = None
    """Whose token a session, CDR or command is about, where the addressing says so."""
    token: JsonObject | None = None
    """The token that an authorisation was asked for."""
    tokens_of_contract: Callable[[str], Sequence[JsonObject]] | None = None
    """The tokens that share a contract id (the ``auth_id`` of 2.1.1); more than one is ambiguous."""
    location_by_id: Callable[[str], JsonObject | None] | None = None
    tariff_by_id: Callable[[str], JsonObject | None] | None = None
    alias: Callable[[ObjectKind, str], str] | None = None
    """A shorter identifier for one that does not fit, the same each time; and back."""
    reservation_number: Callable[[str], int] | None = None
    """The whole number that stands for a reservation id towards 2.1.1, allocated when it is new.

    An id that is a number already should stand for itself: so it was written if it came from 2.1.1."""
    reservation_id: Callable[[int], str | None] | None = None
    """The reservation id that a number stands for."""
    time_zone: Callable[[JsonObject], str | None] | None = None
    """The IANA zone of a location that does not say it, as its operator told us."""
    authorization_reference: Callable[[JsonObject], str | None] | None = None
    """The reference that a session or CDR of a 2.1.1 CPO would have to carry."""
    moment: datetime | None = None
    """Now, for what holds in a period only; without it every period is taken to hold."""
    command_timeout: int = 30
    """Seconds to promise for the result of a command, where the answer does not say."""
    strict: Strictness = LENIENT
    """How strict the receiver is."""


NOTHING_KNOWN = Context()
"""For documents that need nothing but themselves."""
