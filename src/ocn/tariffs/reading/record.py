"""Documents of any version to one :class:`~ocn.tariffs.model.Record`: all that a price depends on."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import localcontext
from typing import Final

from ocn.tariffs.errors import CdrUnreadable, TariffUnreadable
from ocn.tariffs.exact import EXACT
from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Record, Session, Tariff, Version
from ocn.tariffs.reading.members import Reading
from ocn.tariffs.reading.places import max_power, zone
from ocn.tariffs.reading.session import place, session
from ocn.tariffs.reading.tariff import tariff
from ocn.tariffs.reading.versions import named, of_document, of_tariffs

MAX_TARIFFS: Final = 100
"""In a document."""
MAX_GIVEN: Final = 1_000
MAX_WORK: Final = 200_000
"""Periods times elements: beyond it a document is refused, not priced for minutes."""


def record(
    document: JsonObject,
    tariffs: Sequence[JsonValue],
    *,
    time_zone: str | None = None,
    location: JsonObject | None = None,
    version: str | None = None,
) -> Record:
    """Read a CDR or session and the tariffs to price it by; arguments as of :func:`ocn.tariffs.price`.

    Tariffs that are given come before those in the document, of which only others are kept. A difference
    between two of one identifier is a finding.

    Raises:
        CdrUnreadable, TariffUnreadable, TimeZoneUnknown.
    """
    with localcontext(EXACT):
        reading = Reading("cdr", CdrUnreadable)
        document = reading.members(document, "")
        embedded = document.get("tariffs")
        inside = [] if embedded is None else reading.items(embedded, "/tariffs", MAX_TARIFFS)
        known = named(version) if version is not None else of_document(document, [*tariffs, *inside])
        read = session(document, reading, known)
        own = _own(inside, reading, known)
        given, findings = _given(tariffs, known)
        _compare(given, own, reading)
        names = {one.id for one in given}
        chosen = (*given, *(one for one in own if one.id not in names))
        _check_work(read, chosen, reading)
        local = zone(time_zone, location, place(document), read.country, reading)
        return Record(
            session=read,
            tariffs=chosen,
            zone=local,
            max_power=max_power(document, location),
            findings=(*reading.findings, *findings.findings),
            embedded=frozenset(one.id for one in own),
        )


def tariff_alone(value: JsonValue, version: str | None = None) -> tuple[Tariff, Reading]:
    """Read a tariff that no session accompanies; the reading holds the findings.

    Raises:
        TariffUnreadable: pointers start at the tariff.
    """
    with localcontext(EXACT):
        reading = Reading("tariff", TariffUnreadable)
        known = named(version) if version is not None else of_tariffs([value])
        return tariff(value, "", reading, known), reading


def _own(inside: Sequence[JsonValue], reading: Reading, version: Version) -> list[Tariff]:
    """Read the tariffs of a document; of two with one id the first counts, and others must be equal."""
    read: dict[str, Tariff] = {}
    for index, value in enumerate(inside):
        one = tariff(value, f"/tariffs/{index}", reading, version)
        first = read.setdefault(one.id, one)
        if replace(one, pointer=first.pointer) != first:
            message = "A second tariff of this id differs from the first, which was used."
            reading.note(Code.TARIFF_ASSUMED, one.pointer, message, Effect.UNDECIDABLE)
    return list(read.values())


def _check_work(read: Session, tariffs: Sequence[Tariff], reading: Reading) -> None:
    named = {period.tariff_id for period in read.periods if period.tariff_id is not None}
    used = [one for one in tariffs if not named or one.id in named]
    if len(read.periods) * sum(len(one.elements) for one in used) > MAX_WORK:
        reading.fail("too many periods and tariff elements to price", "/charging_periods")


def _given(tariffs: Sequence[JsonValue], version: Version) -> tuple[list[Tariff], Reading]:
    reading = Reading("tariff", TariffUnreadable)
    if isinstance(tariffs, dict | str):
        reading.fail("one value where a list of tariffs belongs", "")
    if len(tariffs) > MAX_GIVEN:
        reading.fail(f"{len(tariffs)} tariffs, more than the {MAX_GIVEN} that are read", "")
    read: dict[str, Tariff] = {}
    for index, value in enumerate(tariffs):
        one = tariff(value, f"/{index}", reading, version)
        if one.id in read:
            reading.fail("a second tariff of the same id", f"/{index}/id", "Give the version that applies.")
        read[one.id] = one
    return list(read.values()), reading


def _compare(given: Sequence[Tariff], own: Sequence[Tariff], reading: Reading) -> None:
    published = {one.id: one for one in given}
    for one in own:
        other = published.get(one.id)
        if other is not None and replace(other, document=one.document, pointer=one.pointer) != one:
            message = "The tariff in the CDR differs from the one of this id that was given, which was used."
            reading.note(Code.TARIFF_NOT_AS_PUBLISHED, one.pointer, message, Effect.WARNING)
