"""Tariff of all versions (mod_tariffs of 2.1.1, 2.2.1 and 2.3.0) to the one inner model."""

from typing import Final

from ocn.ocpi import objects
from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Component, Dimension, Element, Limit, Tariff, TaxMode, Version
from ocn.tariffs.reading.members import Reading, shown
from ocn.tariffs.reading.restrictions import restrictions
from ocn.tariffs.reading.versions import is_2_3_0

MAX_ELEMENTS: Final = 500
MAX_COMPONENTS: Final = 50

_LATER: Final = frozenset({"tax_included", "preauthorize_amount"})
_TARIFF: Final = objects.Tariff.__annotations__.keys() | _LATER
_ELEMENT: Final = objects.TariffElement.__annotations__.keys()
_COMPONENT: Final = objects.PriceComponent.__annotations__.keys()
_KINDS: Final = {kind.value: kind for kind in Dimension if kind is not Dimension.RESERVATION_TIME}
_TAX_MODES: Final = {"YES": TaxMode.INCLUDED, "NO": TaxMode.ADDED, "N/A": TaxMode.NONE}


def tariff(value: JsonValue, pointer: str, reading: Reading, version: Version) -> Tariff:
    """Read a tariff; ``version`` is that of the documents around it.

    Raises:
        TariffUnreadable, CdrUnreadable: by the document that it is in.
    """
    given = reading.members(value, pointer)
    reading.unknown_members(given, _TARIFF, pointer)
    if is_2_3_0(given):
        version = "2.3.0"
    start, end = given.get("start_date_time"), given.get("end_date_time")
    kind = given.get("type")
    tax = _tax_mode(given, pointer, reading, version)
    elements = _elements(given, pointer, reading)
    if tax in (TaxMode.NONE, TaxMode.UNKNOWN) and any(
        component.vat is not None for element in elements for component in element.components
    ):
        message = "The tariff has rates of VAT where its version, or tax_included, says that it has none."
        reading.note(Code.TAX_RATE_IGNORED, pointer, message, Effect.WARNING)
    return Tariff(
        document=reading.document,
        pointer=pointer,
        version=version,
        id=reading.text(given.get("id"), pointer + "/id").casefold(),
        currency=reading.text(given.get("currency"), pointer + "/currency").upper(),
        type=None if kind is None else reading.text(kind, pointer + "/type"),
        elements=elements,
        tax=tax,
        min_price=_limit(given.get("min_price"), pointer + "/min_price", reading),
        max_price=_limit(given.get("max_price"), pointer + "/max_price", reading),
        start=None if start is None else reading.any_moment(start, pointer + "/start_date_time"),
        end=None if end is None else reading.any_moment(end, pointer + "/end_date_time"),
    )


def _tax_mode(given: JsonObject, pointer: str, reading: Reading, version: Version) -> TaxMode:
    if version != "2.3.0":
        return TaxMode.UNKNOWN if version == "2.1.1" else TaxMode.ADDED
    included = given.get("tax_included")
    if included is None:
        message = "The required tax_included is missing; the prices are read as without taxes."
        reading.note(Code.TAX_INCLUDED_MISSING, pointer, message, Effect.WARNING)
        return TaxMode.ADDED
    if type(included) is not str or included not in _TAX_MODES:
        reading.fail(f"{shown(included)} where YES, NO or N/A belongs", pointer + "/tax_included")
    return _TAX_MODES[included]


def _elements(given: JsonObject, pointer: str, reading: Reading) -> tuple[Element, ...]:
    pointer += "/elements"
    elements = reading.items(given.get("elements"), pointer, MAX_ELEMENTS)
    return tuple(
        _element(element, index, f"{pointer}/{index}", reading) for index, element in enumerate(elements)
    )


def _element(value: JsonValue, index: int, pointer: str, reading: Reading) -> Element:
    given = reading.members(value, pointer)
    reading.unknown_members(given, _ELEMENT, pointer)
    components, strange = _components(given, pointer + "/price_components", reading)
    restricted = given.get("restrictions")
    where = pointer + "/restrictions"
    return Element(
        index,
        components,
        None if restricted is None else restrictions(reading.members(restricted, where), where, reading),
        strange,
    )


def _components(
    given: JsonObject, pointer: str, reading: Reading
) -> tuple[tuple[Component, ...], tuple[str, ...]]:
    components, strange = [], []
    items = reading.items(given.get("price_components"), pointer, MAX_COMPONENTS)
    reading.count_prices(len(items), pointer)
    for index, value in enumerate(items):
        where = f"{pointer}/{index}"
        component = reading.members(value, where)
        kind = reading.text(component.get("type"), where + "/type")
        if kind in _KINDS:
            components.append(_component(component, index, _KINDS[kind], where, reading))
        else:
            strange.append(kind)
            message = f"{shown(kind)} is no price of OCPI; what it adds cannot be said."
            reading.note(Code.UNKNOWN_COMPONENT, where + "/type", message, Effect.WARNING)
    return tuple(components), tuple(strange)


def _component(given: JsonObject, index: int, kind: Dimension, pointer: str, reading: Reading) -> Component:
    reading.unknown_members(given, _COMPONENT, pointer)
    vat = given.get("vat")
    return Component(
        index,
        kind,
        reading.number(given.get("price"), pointer + "/price"),
        None if vat is None else reading.volume(vat, pointer + "/vat"),
        _step_size(given.get("step_size"), kind, pointer, reading),
    )


def _step_size(value: JsonValue, kind: Dimension, pointer: str, reading: Reading) -> int:
    if value is not None:
        return reading.integer(value, pointer + "/step_size")
    if kind is not Dimension.FLAT:  # it has no meaning there, and many leave it out
        message = "The required step_size is missing; nothing is rounded up."
        reading.note(Code.STEP_SIZE_MISSING, pointer, message, Effect.WARNING)
    return 0


def _limit(value: JsonValue, pointer: str, reading: Reading) -> Limit | None:
    if value is None:
        return None
    if type(value) is not dict:
        return Limit(reading.number(value, pointer), None)
    excl, incl = ("before_taxes", "after_taxes") if "before_taxes" in value else ("excl_vat", "incl_vat")
    net, gross = value.get(excl), value.get(incl)
    return Limit(
        None if net is None else reading.number(net, f"{pointer}/{excl}"),
        None if gross is None else reading.number(gross, f"{pointer}/{incl}"),
    )
