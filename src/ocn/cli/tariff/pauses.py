"""The file of ``ocn tariff verify --paused``: charging profiles as they were relayed, or plain intervals."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocn.cli.tariff.files import Document, in_file, read_document
from ocn.errors import OcnError
from ocn.ocpi.timestamps import parse_datetime

if TYPE_CHECKING:
    from ocn.tariffs import JsonObject, RelayedProfile

_HINT = 'Each is {"received": DateTime, "charging_profile": {...}} or {"from": DateTime, "until": DateTime}.'


def read_pauses(file: Path) -> "list[RelayedProfile]":
    """Read a list of profiles and intervals, or one of either.

    Raises:
        OcnError: the file cannot be read, or an entry is neither.
    """
    from ocn.tariffs import TariffError, pauses_of

    document = read_document(file)
    entries = document.value if isinstance(document.value, list) else [document.value]
    found = [_relayed(document, entry, f"/{place}") for place, entry in enumerate(entries)]
    try:
        pauses_of(found)
    except TariffError as error:
        raise in_file(document, error) from error
    return found


def _relayed(document: Document, entry: Any, pointer: str) -> "RelayedProfile":
    from ocn.tariffs import RelayedProfile

    if isinstance(entry, dict) and isinstance(entry.get("charging_profile"), dict):
        return RelayedProfile(_moment(document, entry, "received", pointer), entry["charging_profile"])
    if not isinstance(entry, dict) or "from" not in entry:
        raise OcnError(f"{document.name}: no charging profile and no interval (at {pointer})", hint=_HINT)
    begin, until = (_moment(document, entry, name, pointer) for name in ("from", "until"))
    if until <= begin:
        raise OcnError(f"{document.name}: until is not after from (at {pointer})", hint=_HINT)
    seconds = -int((begin - until).total_seconds() // 1)
    profile: JsonObject = {
        "duration": seconds,
        "charging_profile_period": [{"start_period": 0, "limit": 0}],
    }
    return RelayedProfile(begin, profile)


def _moment(document: Document, entry: dict[str, Any], name: str, pointer: str) -> datetime:
    value = entry.get(name)
    try:
        return parse_datetime(value if isinstance(value, str) else "")
    except ValueError as error:
        raise OcnError(f"{document.name}: {name} is no DateTime (at {pointer}/{name})", hint=_HINT) from error
