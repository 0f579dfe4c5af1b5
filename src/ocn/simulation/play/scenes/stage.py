"""What the scenes of one part of the play share: the players, and what earlier scenes left behind."""

from dataclasses import dataclass, replace
from typing import TypeVar

from ocn.conversion import ObjectKind
from ocn.ocpi.objects import CommandResponse, Token
from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.chargers.fleet import Fleet, build_fleet
from ocn.simulation.cpo.cpo import SimulatedCpo
from ocn.simulation.emsp.emsp import SimulatedEmsp
from ocn.simulation.errors import StepFailed
from ocn.simulation.parties.hearing import as_heard
from ocn.simulation.play.traffic import Traffic

WAIT_S = 20.0
"""For anything that must happen soon; only a failing play waits this long."""
T = TypeVar("T")


@dataclass(slots=True)
class Stage:
    """An eMSP and a CPO. ``fleet`` is what the CPO must have; scenes compare with it what they are told."""

    emsp: SimulatedEmsp
    cpo: SimulatedCpo
    traffic: Traffic
    reservation_id: str = ""
    earlier_sessions: frozenset[str] = frozenset()
    session_id: str = ""

    @property
    def to_cpo(self) -> Counterparty:
        """The eMSP's client for the CPO."""
        return self.emsp.to(self.cpo.id)

    @property
    def driver(self) -> Token:
        """Who charges."""
        return self.emsp.tokens[0]

    @property
    def fleet(self) -> Fleet:
        """What the CPO has, all EVSEs available, as far as the versions of both can say it."""
        fleet, owner = build_fleet(self.cpo.id), self.cpo.id
        spoken = (self.cpo.version, self.emsp.version)
        return replace(
            fleet,
            locations=tuple(as_heard(ObjectKind.LOCATION, each, owner, spoken) for each in fleet.locations),
            tariffs=tuple(as_heard(ObjectKind.TARIFF, each, owner, spoken) for each in fleet.tariffs),
        )

    @property
    def is_old(self) -> bool:
        """Whether the CPO speaks OCPI 2.1.1, which lacks some of what the play asks for."""
        return not self.cpo.version.has_routing

    def says_why(self, answer: CommandResponse) -> None:
        """A refused command is refused with a message, where there is a place for one."""
        check(self.is_old or bool(answer.get("message")), "the refusal has no message")

    @property
    def location_id(self) -> str:
        """Where the play takes place."""
        return self.fleet.locations[0]["id"]

    def evse_uid(self, n: int = 0) -> str:
        """An EVSE there."""
        return self.fleet.locations[0]["evses"][n]["uid"]

    async def status_of(self, evse_uid: str) -> str:
        """Ask the CPO what an EVSE is doing."""
        return (await self.to_cpo.get_evse(self.location_id, evse_uid)).data["status"]


def check(holds: bool, otherwise: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise StepFailed(otherwise)


def same(what: str, got: T, wanted: T) -> T:
    """Go on only if both are equal; say how they differ."""
    if got != wanted:
        raise StepFailed(f"{what}{difference(got, wanted)}")
    return got


def difference(got: object, wanted: object) -> str:
    """Say where two JSON values first differ, and how: ``[9].address: wanted 'A', got 'B'``."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        for name in [*wanted, *got]:
            if got.get(name) != wanted.get(name):
                return f".{name}{difference(got.get(name), wanted.get(name))}"
    if isinstance(got, list | tuple) and isinstance(wanted, list | tuple) and len(got) == len(wanted):
        for n, (one, other) in enumerate(zip(got, wanted, strict=True)):
            if one != other:
                return f"[{n}]{difference(one, other)}"
    return f": wanted {str(wanted)[:300]!r}, got {str(got)[:300]!r}"
