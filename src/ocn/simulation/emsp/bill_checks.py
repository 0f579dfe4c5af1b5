"""An eMSP checks every bill that it gets: by the tariffs that it fetched, in the time zone of the place."""

from dataclasses import dataclass
from typing import cast

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.objects import Cdr
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery
from ocn.party.storage.port import PartyStorage
from ocn.tariffs import CauseCode, Effect, Record, TariffError, Verdict, Verification, record, verify

_VERSION = "2.2.1"
"""In which the party kit keeps what a simulated party gets, whatever it speaks."""
_MAX_TARIFFS = 1000
_LEFT_OUT = (
    "it came without its tariff, of which OCPI 2.1.1 cannot say everything (bounds of the price, prices by "
    "current or for reservations)"
)


@dataclass(frozen=True, slots=True)
class BillCheck:
    """What a check came to. ``why`` is empty for a match, otherwise the causes or what cannot be known."""

    verdict: Verdict
    why: str = ""
    verification: Verification | None = None

    @property
    def said(self) -> str:
        """The verdict in words: "match", "mismatch: UNEXPLAINED: The claim is ..."."""
        return f"{self.verdict}: {self.why}" if self.why else str(self.verdict)


class BillChecks:
    """Checks CDRs with what an eMSP has stored."""

    def __init__(self, storage: PartyStorage) -> None:
        self._storage = storage

    async def check(self, cdr: Cdr, owner: PartyId, came_in: VersionNumber) -> BillCheck:
        """Check a CDR of a CPO. Where no tariff was fetched, those in the CDR count.

        A credit CDR is right when it takes back what was charged, right or wrong.
        """
        document = cast("JsonObject", cdr)
        try:
            read = record(document, (), version=_VERSION)
            location = await self._location(document, owner)
            tariffs = await self._tariffs(read, owner, _connector(document, location))
            original = await self._original(document, owner)
            found = verify(document, tariffs, location=location, version=_VERSION, original=original)
        except TariffError as error:
            return BillCheck(Verdict.UNDECIDABLE, error.message)
        if original is not None and not any(c.code is CauseCode.CREDIT_MISMATCH for c in found.causes):
            return BillCheck(Verdict.MATCH, verification=found)
        if found.verdict is not Verdict.MATCH and came_in is VersionNumber.V2_1_1 and not cdr.get("tariffs"):
            return BillCheck(Verdict.UNDECIDABLE, _LEFT_OUT, found)
        return BillCheck(found.verdict, _why(found), found)

    async def _location(self, cdr: JsonObject, owner: PartyId) -> JsonObject | None:
        """Return the place as it was fetched; another one of the same id does not have the EVSE."""
        place = _object(cdr.get("cdr_location"))
        stored = await self._storage.get(ModuleID.LOCATIONS, owner, str(place.get("id")))
        evses = [evse.get("uid") for evse in _objects((stored or {}).get("evses"))]
        return stored if place.get("evse_uid") in evses else None

    async def _tariffs(self, read: Record, owner: PartyId, connector: JsonObject) -> list[JsonObject]:
        """Return those of the tariffs that the CDR names, or else its connector, that were fetched."""
        names = {period.tariff_id for period in read.session.periods if period.tariff_id is not None}
        names |= {tariff.id for tariff in read.tariffs}
        names = names or {str(name).casefold() for name in _items(connector.get("tariff_ids"))}
        stored = await self._storage.page(ModuleID.TARIFFS, owner, ListQuery(limit=_MAX_TARIFFS))
        return [tariff for tariff in stored.items if str(tariff.get("id")).casefold() in names]

    async def _original(self, cdr: JsonObject, owner: PartyId) -> JsonObject | None:
        reference = cdr.get("credit_reference_id") if cdr.get("credit") else None
        return await self._storage.get(ModuleID.CDRS, owner, reference) if reference else None


def _connector(cdr: JsonObject, location: JsonObject | None) -> JsonObject:
    """Return the connector, which knows its tariffs: a period of 2.1.1 names none."""
    place = _object(cdr.get("cdr_location"))
    for evse in _objects((location or {}).get("evses")):
        for connector in _objects(evse.get("connectors")):
            wanted = place.get("evse_uid"), place.get("connector_id")
            if (evse.get("uid"), connector.get("id")) == wanted:
                return connector
    return {}


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[JsonObject]:
    return [item for item in _items(value) if isinstance(item, dict)]


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _why(found: Verification) -> str:
    if found.verdict is Verdict.UNDECIDABLE:
        weighing = (Effect.UNDECIDABLE, Effect.UNPRICEABLE)
        return " ".join(
            dict.fromkeys(finding.message for finding in found.findings if finding.effect in weighing)
        )
    return " ".join(f"{cause.code}: {cause.message}" for cause in found.causes)
