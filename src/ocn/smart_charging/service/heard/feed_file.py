"""A limit feed as a file that somebody else writes: its whole word, and when it was said."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ocn.errors import ConfigurationError
from ocn.ocpi.timestamps import read_datetime
from ocn.smart_charging.errors import EventUnusable
from ocn.smart_charging.numbers import number, printable, shown
from ocn.smart_charging.service.heard.grid_events import GridEvent, usable
from ocn.smart_charging.site.model import Site
from ocn.smart_charging.text_file import text_of

_MOST_BYTES = 1_000_000
_MOST_LIMITS = 1000
_KNOWN = {"from", "until", "fuse", "kw", "amps"}


def read_feed(file: Path, site: Site) -> tuple[datetime, tuple[GridEvent, ...]]:
    """Read ``{"told": DateTime, "limits": [{"from", "until", "fuse", "kw", "amps"}]}``.

    All of it is taken or nothing: half of a feed's word is not its word.

    Raises:
        EventUnusable: it cannot be read, or something in it cannot be meant.
    """
    name = printable(str(file))
    try:
        content = json.loads(text_of(file, _MOST_BYTES), parse_float=Decimal)
    except ConfigurationError as error:
        raise EventUnusable(error.message) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise EventUnusable(f"{name}, {place}, is no JSON: {error.msg}") from error
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise EventUnusable(f"{name} is no JSON: {shown(str(error))}") from error
    told = read_datetime(content.get("told")) if isinstance(content, dict) else None
    if told is None:
        raise EventUnusable(f"{name} does not say when it was told", hint='It begins {"told": "2026-...Z"')
    limits = content.get("limits", [])
    if not isinstance(limits, list) or len(limits) > _MOST_LIMITS:
        raise EventUnusable(f"{name}: limits is a list of at most {_MOST_LIMITS}")
    return told, tuple(_event(each, f"{name}, limits[{i}]", site) for i, each in enumerate(limits))


def _event(part: object, place: str, site: Site) -> GridEvent:
    if not isinstance(part, Mapping) or set(part) - _KNOWN:
        raise EventUnusable(f"{place}: an object of {', '.join(sorted(_KNOWN))} is wanted")
    begin, until, fuse = read_datetime(part.get("from")), read_datetime(part.get("until")), part.get("fuse")
    if begin is None or until is None:
        raise EventUnusable(f"{place}: from and until are DateTimes in UTC")
    if fuse is not None and not isinstance(fuse, str):
        raise EventUnusable(f"{place}: fuse {shown(fuse)} is no name")
    event = GridEvent(
        begin, until, fuse, _number(part, "kw", place), _number(part, "amps", place), source="feed"
    )
    try:
        usable(event, site)
    except EventUnusable as error:
        raise EventUnusable(f"{place}: {error.message}", hint=error.hint) from error
    return event


def _number(part: Mapping[str, Any], key: str, place: str) -> Decimal | None:
    if part.get(key) is None:
        return None
    found = number(part[key])
    if found is None:
        raise EventUnusable(f"{place}: {key} {shown(part[key])} is no number that can be used")
    return found
