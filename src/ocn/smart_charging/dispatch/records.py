"""What is stored of a session, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.smart_charging.dispatch.sent import Sent
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import AMPS, WATTS

_NO_OUTLET = Outlet(0.0, 0, 0, ())
_RATES = {each.unit: each for each in (AMPS, WATTS)}


def record_of(standing: Standing) -> dict[str, Any]:
    """Write what outlives the process: all that may be in force, and whether it can be asked at all."""
    return {
        "unit": standing.rate.unit,
        "in_force": None if standing.in_force is None else _sent(standing.in_force),
        "may_hold": [_sent(each) for each in standing.may_hold],
        "refusal": standing.refusal,
        "failures": standing.failures,
        "not_before": None if standing.not_before is None else format_datetime(standing.not_before),
    }


def standing_of(record: Mapping[str, Any]) -> Standing:
    """Read a record; outlet and CPO are not in it, they come with what is wanted.

    Raises:
        ValueError: it is no record.
    """
    try:
        in_force, not_before, refusal = record["in_force"], record["not_before"], record["refusal"]
        return Standing(
            _NO_OUTLET,
            "",
            _RATES[record["unit"]],
            None if in_force is None else _read(in_force),
            tuple(_read(each) for each in record["may_hold"]),
            None if refusal is None else Refusal(refusal),
            int(record["failures"]),
            None if not_before is None else parse_datetime(not_before),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not the record of a session: {error!r}") from error


def _sent(sent: Sent) -> dict[str, Any]:
    course = sent.course
    return {
        "number": sent.number,
        "begin": format_datetime(course.begin),
        "slot_minutes": course.slot_minutes,
        "steps": list(course.steps),
        "at": format_datetime(sent.at),
        "until": format_datetime(sent.until),
        "ticket": sent.ticket,
        "beside": sent.beside,
    }


def _read(sent: Mapping[str, Any]) -> Sent:
    course = Course(
        _moment(sent["begin"]), int(sent["slot_minutes"]), tuple(int(each) for each in sent["steps"])
    )
    at, until = _moment(sent["at"]), _moment(sent["until"])
    return Sent(int(sent["number"]), course, at, until, str(sent["ticket"]), int(sent["beside"]))


def _moment(text: str) -> datetime:
    return parse_datetime(text)
