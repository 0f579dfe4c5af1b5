"""Terms as the JSON that is signed and sent, and back. Unknown members are refused, never ignored."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.settlement.core.amounts import bounded, read_units
from ocn.settlement.core.canonical import JsonObject, canonical
from ocn.settlement.core.terms import Side, Terms, Tick
from ocn.settlement.errors import AmountInvalid, TermsInvalid

FORMAT: Final = 1
FORMAT_WITH_FLOOR: Final = 2
"""Written only where there is a floor, so terms without one are those of before."""
_LONGEST_TEXT: Final = 100
_MOST_BITS: Final = 64
_SIDE = {"country_code", "party_id", "key", "vault", "signer"}
_TERMS = {
    "format",
    "number",
    "payer",
    "payee",
    "chain_id",
    "contract",
    "token",
    "decimals",
    "currency",
    "rate",
    "rate_source",
    "tick",
    "grace_s",
    "reserve",
    "unsecured",
    "tolerance",
    "set_off",
    "hold_back_h",
    "arbiter",
    "vat_included",
    "accepted_causes",
    "valid_from",
    "valid_until",
}


def terms_object(terms: Terms) -> JsonObject:
    """Write terms; amounts, and the rate, are text, so that no JSON library takes digits away."""
    floor = {"floor": str(terms.floor)} if terms.floor else {}
    return floor | {
        "format": FORMAT_WITH_FLOOR if terms.floor else FORMAT,
        "number": terms.number,
        "payer": _side_object(terms.payer),
        "payee": _side_object(terms.payee),
        "chain_id": terms.chain_id,
        "contract": terms.contract,
        "token": terms.token,
        "decimals": terms.decimals,
        "currency": terms.currency,
        "rate": _shortest(terms.rate),
        "rate_source": terms.rate_source,
        "tick": {"wh": terms.tick.wh, "s": terms.tick.s},
        "grace_s": terms.grace_s,
        "reserve": str(terms.reserve),
        "unsecured": str(terms.unsecured),
        "tolerance": str(terms.tolerance),
        "set_off": terms.set_off,
        "hold_back_h": terms.hold_back_h,
        "arbiter": terms.arbiter,
        "vat_included": terms.vat_included,
        "accepted_causes": list(terms.accepted_causes),
        "valid_from": _written(terms.valid_from),
        "valid_until": _written(terms.valid_until),
    }


def terms_bytes(terms: Terms) -> bytes:
    """Write the document that is hashed and signed."""
    return canonical(terms_object(terms))


def read_terms(value: object) -> Terms:
    """Read terms.

    Raises:
        TermsInvalid: something is missing, unknown, of another kind, or out of bounds.
    """
    given = _members(value, "terms", _wanted(value))
    tick = _members(given["tick"], "tick", {"wh", "s"})
    causes = given["accepted_causes"]
    if not isinstance(causes, list):
        raise TermsInvalid("accepted_causes is not a list")
    try:
        return Terms(
            number=_whole(given, "number"),
            payer=_read_side(given["payer"], "payer"),
            payee=_read_side(given["payee"], "payee"),
            chain_id=_whole(given, "chain_id"),
            contract=_text(given, "contract"),
            token=_text(given, "token"),
            decimals=_whole(given, "decimals"),
            currency=_text(given, "currency"),
            rate=_rate(_text(given, "rate")),
            rate_source=_text(given, "rate_source"),
            tick=Tick(_whole(tick, "wh"), _whole(tick, "s")),
            grace_s=_whole(given, "grace_s"),
            reserve=read_units(given["reserve"], "reserve"),
            unsecured=read_units(given["unsecured"], "unsecured"),
            tolerance=read_units(given["tolerance"], "tolerance"),
            floor=_floor(given),
            set_off=_truth(given, "set_off"),
            hold_back_h=_whole(given, "hold_back_h"),
            arbiter=_text(given, "arbiter"),
            vat_included=_truth(given, "vat_included"),
            accepted_causes=tuple(_text({"cause": cause}, "cause") for cause in causes),
            valid_from=_moment(given, "valid_from"),
            valid_until=_moment(given, "valid_until"),
        )
    except AmountInvalid as error:
        raise TermsInvalid(error.message) from error


def _wanted(value: object) -> set[str]:
    """Return the members that terms of a format have."""
    written = value.get("format", FORMAT) if isinstance(value, Mapping) else FORMAT
    if isinstance(written, bool) or written not in (FORMAT, FORMAT_WITH_FLOOR):
        raise TermsInvalid(f"terms of format {str(written)[:20]} are not known here")
    return _TERMS | {"floor"} if written == FORMAT_WITH_FLOOR else _TERMS


def _floor(given: Mapping[str, Any]) -> int:
    if "floor" not in given:
        return 0
    floor = read_units(given["floor"], "floor")
    if not floor:
        raise TermsInvalid("a floor of 0 is not written: the terms are of format 1 then")
    return floor


def _side_object(side: Side) -> JsonObject:
    return {
        "country_code": side.party.country_code,
        "party_id": side.party.party_id,
        "key": side.key,
        "vault": side.vault,
        "signer": side.signer,
    }


def _read_side(value: object, name: str) -> Side:
    given = _members(value, name, _SIDE)
    try:
        party = PartyId(_text(given, "country_code"), _text(given, "party_id"))
    except ValueError as error:
        raise TermsInvalid(f"{name}: {error}") from error
    return Side(party, *(_text(given, member) for member in ("key", "vault", "signer")))


def _members(value: object, name: str, wanted: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TermsInvalid(f"{name} is not an object")
    if missing := wanted - value.keys():
        raise TermsInvalid(f"{name} has no {', '.join(sorted(missing))}")
    if unknown := value.keys() - wanted:
        raise TermsInvalid(f"{name} has members that are not known here: {', '.join(sorted(unknown))[:200]}")
    return value


def _whole(given: Mapping[str, Any], name: str) -> int:
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TermsInvalid(f"{name} is not a whole number")
    if value.bit_length() > _MOST_BITS:
        raise TermsInvalid(f"{name} is out of bounds")
    return value


def _truth(given: Mapping[str, Any], name: str) -> bool:
    value = given[name]
    if not isinstance(value, bool):
        raise TermsInvalid(f"{name} is neither true nor false")
    return value


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given[name]
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise TermsInvalid(f"{name} is not a printable text of at most {_LONGEST_TEXT} characters")
    return value


def _rate(text: str) -> Decimal:
    whole, _, fraction = text.partition(".")
    if not (text.isascii() and (whole + fraction).isdigit() and whole):
        raise TermsInvalid("rate is not a decimal number")
    rate = bounded(Decimal(text), "rate")
    if _shortest(rate) != text:
        raise TermsInvalid(f"rate is to be written {_shortest(rate)}, the shortest form")
    return rate


def _shortest(rate: Decimal) -> str:
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(given: Mapping[str, Any], name: str) -> datetime | None:
    if given[name] is None:
        return None
    try:
        moment = parse_datetime(_text(given, name))
    except ValueError as error:
        raise TermsInvalid(f"{name} is no DateTime") from error
    if format_datetime(moment) != given[name]:
        raise TermsInvalid(f"{name} is to be written {format_datetime(moment)}")
    return moment


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment)
