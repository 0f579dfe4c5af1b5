"""Whether the energy of a CDR is what its meter has signed: :class:`ocn.settlement.ports.Meters` for OCMF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeAlias

from ocn.errors import OcnError
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.party.json_text import JsonObject
from ocn.settlement.metering.keys import MeterKey
from ocn.settlement.metering.ocmf import OcmfRecord, Reading, read_record

Evse: TypeAlias = tuple[PartyId, str]
"""A CPO and the ``evse_id`` of one of its EVSEs, or its ``evse_uid``; letters' case does not matter."""

_MOST_RECORDS: Final = 200
_NAMES_OF_CARDS: Final = frozenset({"ISO14443", "ISO15693", "EMAID", "EVCOID"})
"""Identifications that are the token's uid or contract, where a meter has one."""
_ONE_WH: Final = Decimal("0.001")


class _Objection(Exception):
    """What is wrong, as a sentence."""


@dataclass(frozen=True, slots=True)
class SignedMeters:
    """Objects to CDRs whose OCMF records are not signed by the meter, or say something else than the CDR.

    Args:
        keys: the public keys of meters by EVSE, as :meth:`MeterKey.read` takes them, from somebody else than
            the CPO.
        trust_cdr_keys: take the key that a CDR brings where none is known of its EVSE. It proves no more than
            that the records belong together.
        demanded: whether a CDR without ``signed_data`` is objected to.
        clock_slack: by how much the meter's clock may differ from that of the CDR.

    Raises:
        MeterKeyUnreadable: one of the keys cannot be used.
    """

    keys: Mapping[Evse, str] = field(repr=False)
    trust_cdr_keys: bool = False
    demanded: bool = True
    clock_slack: timedelta = timedelta(minutes=5)
    _read: Mapping[Evse, MeterKey] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read the keys, so that a wrong one is told at the start."""
        read = {(owner, evse.casefold()): MeterKey.read(key) for (owner, evse), key in self.keys.items()}
        object.__setattr__(self, "_read", read)

    async def objection(self, owner: PartyId, cdr: JsonObject) -> str:
        """See the port."""
        signed = cdr.get("signed_data")
        if signed is None:
            return "The CDR has no signed meter values." if self.demanded else ""
        try:
            self._check(owner, cdr, signed)
        except _Objection as objection:
            return str(objection)
        except OcnError as error:
            return f"The signed meter values cannot be used: {error.message}."
        return ""

    def _check(self, owner: PartyId, cdr: JsonObject, signed: Any) -> None:
        records = _records(signed)
        key = self._key(owner, cdr, signed)
        for record in records:
            if not key.fits(record.method):
                raise _Objection("A record is signed by another method than the key of the meter is for.")
            if not key.has_signed(record.signed, record.signature):
                raise _Objection("A record is not signed by the key of the meter.")
        begin, end = _begin_and_end(records)
        _same_user(records, cdr)
        _within_session(begin.at, end.at, cdr, self.clock_slack)
        _same_energy(begin, end, cdr)

    def _key(self, owner: PartyId, cdr: JsonObject, signed: JsonObject) -> MeterKey:
        place = cdr.get("cdr_location")
        names = [place.get(name) for name in ("evse_id", "evse_uid")] if isinstance(place, dict) else []
        for name in names:
            if isinstance(name, str) and (known := self._read.get((owner, name.casefold()))) is not None:
                return known
        brought = signed.get("public_key")
        if self.trust_cdr_keys and isinstance(brought, str):
            return MeterKey.read(brought)
        raise _Objection("The key of the meter of this EVSE is not known.")


def _records(signed: Any) -> list[OcmfRecord]:
    method = signed.get("encoding_method") if isinstance(signed, dict) else None
    if not isinstance(method, str) or method.casefold() != "ocmf":
        raise _Objection("The meter values are signed in another format than OCMF, which is not read here.")
    values = signed.get("signed_values")
    if not isinstance(values, list) or not 1 <= len(values) <= _MOST_RECORDS:
        raise _Objection(f"The signed data needs 1 to {_MOST_RECORDS} signed values.")
    texts = [value.get("signed_data") if isinstance(value, dict) else None for value in values]
    if not all(isinstance(text, str) for text in texts):
        raise _Objection("A signed value has no signed_data.")
    return [read_record(str(text)) for text in texts]


def _begin_and_end(records: Sequence[OcmfRecord]) -> tuple[Reading, Reading]:
    """Return the first and the last reading of the one transaction that all records are of."""
    if len({record.source for record in records}) != 1:
        raise _Objection("The records are of several meters.")
    pages = {record.page for record in records if record.page is not None}
    if pages and max(pages) - min(pages) != len(pages) - 1:
        raise _Objection("Records between those that the CDR has are missing.")
    told = {_fact(reading): reading for record in records for reading in record.readings}
    found = [told[fact] for fact in sorted(told)]
    begins, ends = ([one for one in found if getattr(one, name)] for name in ("is_begin", "is_end"))
    if len(begins) != 1 or len(ends) != 1:
        raise _Objection("The records have not one begin and one end of a transaction.")
    if any(reading.kind == "X" or "E" in reading.errors or reading.state != "G" for reading in found):
        raise _Objection("The meter says that a reading must not be billed.")
    if found[0] is not begins[0] or found[-1] is not ends[0] or len({one.register for one in found}) != 1:
        raise _Objection("The readings are not of one register from the begin to the end of a transaction.")
    if any(later.kwh < earlier.kwh for earlier, later in pairwise(found)):
        raise _Objection("A later reading is below an earlier one.")
    return begins[0], ends[0]


def _fact(reading: Reading) -> tuple[datetime, Decimal, bool, bool, str]:
    """A begin is often told twice: alone, and again in the record of the end."""
    return reading.at, reading.kwh, not reading.is_begin, reading.is_end, reading.kind


def _same_user(records: Sequence[OcmfRecord], cdr: JsonObject) -> None:
    token = cdr.get("cdr_token")
    named = [token.get(name) for name in ("uid", "contract_id")] if isinstance(token, dict) else []
    known = {name.casefold() for name in named if isinstance(name, str)}
    for record in records:
        if record.id_type in _NAMES_OF_CARDS and record.identification.casefold() not in known:
            raise _Objection("The meter knows another user than the CDR.")


def _within_session(begin: datetime, end: datetime, cdr: JsonObject, slack: timedelta) -> None:
    try:
        began, ended = (parse_datetime(str(cdr.get(f"{side}_date_time"))) for side in ("start", "end"))
    except ValueError as error:
        raise _Objection("The CDR does not say when its session began and ended.") from error
    if begin < began - slack or end > ended + slack:
        raise _Objection("The readings are of another time than the session.")


def _same_energy(begin: Reading, end: Reading, cdr: JsonObject) -> None:
    """The CDR may differ by one unit of the last digit that the meter writes, or by a watt-hour."""
    total = cdr.get("total_energy")
    if not isinstance(total, int | Decimal) or isinstance(total, bool):
        raise _Objection("The CDR does not say how much energy was charged.")
    signed, unit = end.kwh - begin.kwh, max(min(begin.unit_kwh, end.unit_kwh), _ONE_WH)
    if not abs(Decimal(total) - signed) <= unit:
        raise _Objection(f"The meter has signed {signed:f} kWh, and the CDR has {total} kWh.")
