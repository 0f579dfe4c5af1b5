"""What a Session and a CDR have in common: token, periods, prices, how it was authorised."""

import re

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.shapes import drop, each, synthesise
from ocn.conversion.v2_1_1.words import CDR_DIMENSIONS, NOT_AVAILABLE
from ocn.ocpi.party_id import PartyId

_EMA_ID = re.compile(r"([A-Za-z]{2})-?([A-Za-z0-9]{3})-?[A-Za-z0-9]")
"""How a contract id begins that follows the eMI3 recommendation: country and provider."""

_NOTHING_CHARGED: JsonObject = {"type": "TIME", "volume": 0}


def auth_id_to_cdr_token(result: JsonObject, report: Report, context: Context) -> None:
    """Find the token by the contract id that 2.1.1 sends.

    None known, or several, changes the meaning: who pays is certain (the contract), with what is not.
    """
    contract = result.get("auth_id")
    if type(contract) is not str:
        return
    del result["auth_id"]
    if result.pop("cdr_token", None) is not None:
        report.dropped("/cdr_token", "no member of 2.1.1; the token of auth_id takes its name")
    tokens = context.tokens_of_contract(contract) if context.tokens_of_contract is not None else ()
    mine = [token for token in tokens if _owned(token, context.token_owner)]
    if len(mine) == 1:
        report.synthesised("/cdr_token", "the token of this contract, as last known")
    elif mine:
        report.meaning_changed("/auth_id", f"{len(mine)} tokens share this contract; the first is named")
    else:
        report.meaning_changed("/auth_id", "no token of this contract is known; only the contract is named")
    result["cdr_token"] = _cdr_token(contract, mine[0] if mine else {}, context)


def _owned(token: JsonObject, owner: PartyId | None) -> bool:
    if owner is None:
        return True
    written = f"{token.get('country_code')}{token.get('party_id')}"
    return written.upper() == owner.key


def _cdr_token(contract: str, token: JsonObject, context: Context) -> JsonObject:
    country, party = token.get("country_code"), token.get("party_id")
    if country is None and context.token_owner is not None:
        country, party = context.token_owner.country_code, context.token_owner.party_id
    if country is None and (contract_owner := _EMA_ID.match(contract)) is not None:
        country, party = contract_owner[1], contract_owner[2]
    return {
        "country_code": country or "XX",
        "party_id": party or "XXX",
        "uid": token.get("uid") or NOT_AVAILABLE,
        "type": token.get("type") or "OTHER",
        "contract_id": contract,
    }


def cdr_token_to_auth_id(result: JsonObject, report: Report) -> None:
    """Keep of the token the contract id, by which 2.1.1 bills."""
    token = result.get("cdr_token")
    if type(token) is not dict or type(token.get("contract_id")) is not str:
        return
    if result.get("auth_id") is not None:
        report.dropped("/auth_id", "no member of 2.2.1; the contract of cdr_token takes its name")
    del result["cdr_token"]
    result["auth_id"] = token["contract_id"]
    report.dropped("/cdr_token", "2.1.1 names the contract only, not the token")


def number_to_price(result: JsonObject, name: str) -> None:
    """Make a Price of a number, which 2.1.1 defines to exclude VAT."""
    amount = result.get(name)
    if amount is not None and type(amount) is not dict:
        result[name] = {"excl_vat": amount}


def price_to_number(result: JsonObject, report: Report, name: str) -> None:
    """Keep of a Price what excludes VAT; what is no Price could be an amount that includes it."""
    price = result.get(name)
    if price is None:
        return
    if type(price) is not dict or price.get("excl_vat") is None:
        report.meaning_changed(f"/{name}", "not a Price of 2.2.1: what it comes to without VAT is not said")
        return
    result[name] = price["excl_vat"]
    for part, amount in price.items():
        if part != "excl_vat" and amount is not None:
            report.dropped(f"/{name}{pointer_to(part)}", "a price of 2.1.1 is one number, without VAT")


def ask_for_auth_method(result: JsonObject, report: Report) -> None:
    """Call an authorisation by command a request to the eMSP, which it was."""
    if result.get("auth_method") == "COMMAND":
        result["auth_method"] = "AUTH_REQUEST"
        report.dropped("/auth_method", "COMMAND: no AuthMethod of 2.1.1")


def periods_to_2_2_1(result: JsonObject, report: Report, context: Context) -> None:
    """Leave out flat fees, which 2.2.1 does not count as a quantity."""
    each(result, report, context, "charging_periods", _period_to_2_2_1)


def periods_from_2_2_1(result: JsonObject, report: Report, context: Context) -> None:
    """Leave out which tariff held, and the quantities that came after 2.1.1."""
    each(result, report, context, "charging_periods", _period_from_2_2_1)


def _period_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    result = dict(value)
    each(result, report, context, "dimensions", _dimension_to_2_2_1)
    _keep_a_dimension(value, result, report)
    return result


def _period_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    result = dict(value)
    drop(result, report, "tariff_id", "a period of 2.1.1 does not name its tariff")
    each(result, report, context, "dimensions", _dimension_from_2_2_1)
    _keep_a_dimension(value, result, report)
    return result


def _keep_a_dimension(value: JsonObject, result: JsonObject, report: Report) -> None:
    """Write a TIME of 0 where every dimension was left out: a period has one at least."""
    if value.get("dimensions") and result["dimensions"] == []:
        result["dimensions"] = [_NOTHING_CHARGED]
        report.synthesised("/dimensions/0", "a period has one dimension at least")


def _dimension_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject | None:
    if value.get("type") == "FLAT":
        report.dropped("", "FLAT: no dimension of 2.2.1")
        return None
    return value


def _dimension_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject | None:
    kind = value.get("type")
    if type(kind) is not str or kind in CDR_DIMENSIONS:
        return value
    if kind == "RESERVATION_TIME" and value.get("volume") != 0:
        report.meaning_changed("", "RESERVATION_TIME: it is billed, and 2.1.1 has no such dimension")
    else:
        report.dropped("", f"{kind[:40]}: no dimension of 2.1.1")
    return None


def add_authorization_reference(result: JsonObject, report: Report, context: Context) -> None:
    """Put back the reference of the authorisation, which a 2.1.1 CPO was not told."""
    reference = context.authorization_reference(result) if context.authorization_reference else None
    if reference is not None:
        synthesise(result, report, "authorization_reference", reference, "of the authorisation it came from")
