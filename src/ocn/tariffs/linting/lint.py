"""The tariff with itself: what its author can hardly have meant (layer 3).

A finding here changes no price. A warning is a mistake or a trap; a note is worth a look. Pointers are into
the tariff, or into the CDR that holds it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.linting.lint_restrictions import empty_restrictions, restriction_findings
from ocn.tariffs.linting.reach import is_always, unreachable
from ocn.tariffs.model import Component, Dimension, Element, Limit, Tariff, TaxMode
from ocn.tariffs.reading.record import tariff_alone


class Lint(StrEnum):
    """What is said about prices and the whole; :mod:`ocn.tariffs.linting.lint_restrictions` has the rest."""

    UNREACHABLE_COMPONENT = "UNREACHABLE_COMPONENT"
    DUPLICATE_COMPONENT = "DUPLICATE_COMPONENT"
    STEP_SIZE_ON_FLAT = "STEP_SIZE_ON_FLAT"
    NEGATIVE_PRICE = "NEGATIVE_PRICE"
    RESERVATION_DIMENSION = "RESERVATION_DIMENSION"
    RATE_WITHOUT_TAX = "RATE_WITHOUT_TAX"
    MIN_OVER_MAX = "MIN_OVER_MAX"
    GROSS_UNDER_NET = "GROSS_UNDER_NET"
    NOTHING_BY_USE = "NOTHING_BY_USE"
    FREE_OUTSIDE = "FREE_OUTSIDE"
    NO_ELEMENTS = "NO_ELEMENTS"
    NEVER_VALID = "NEVER_VALID"


_MEMBERS: Final = (
    "country_code",
    "party_id",
    "currency",
    "type",
    "tariff_alt_text",
    "tariff_alt_url",
    "min_price",
    "max_price",
    "elements",
    "tax_included",
    "start_date_time",
    "end_date_time",
    "energy_mix",
    "last_updated",
    "price_components",
    "restrictions",
    "price",
    "vat",
    "step_size",
)
_BY_USE: Final = (Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME)
_RESERVABLE: Final = (Dimension.FLAT, Dimension.TIME)


def lint(tariff: JsonObject, version: str | None = None) -> list[Finding]:
    """Say what is strange about a tariff, in its order.

    Raises:
        TariffUnreadable: it cannot be read at all.
    """
    read, reading = tariff_alone(tariff, version)
    suggested = (_with_suggestion(finding) for finding in reading.findings)
    return [*suggested, *empty_restrictions(tariff), *lint_tariffs([read])]


def lint_tariffs(tariffs: Iterable[Tariff]) -> list[Finding]:
    """Say what is strange about tariffs that were read; what reading found is not repeated."""
    checks: tuple[Callable[[Tariff], Iterator[Finding]], ...] = (
        _whole,
        _limits,
        _elements,
        _components,
        _hidden,
        _outside,
    )
    return [finding for tariff in tariffs for check in checks for finding in check(tariff)]


def _whole(tariff: Tariff) -> Iterator[Finding]:
    if not tariff.elements:
        yield _about(tariff, "/elements", Lint.NO_ELEMENTS, "A tariff without elements prices nothing.")
        return
    if tariff.start and tariff.end and tariff.end <= tariff.start:
        message = "The tariff ends before it starts: it is never valid."
        yield _about(tariff, "/end_date_time", Lint.NEVER_VALID, message)
    kinds = {component.kind for element in tariff.elements for component in element.components}
    if not kinds & set(_BY_USE):
        message = "Neither energy nor time has a price: it costs the same however long and much is charged."
        yield _about(tariff, "/elements", Lint.NOTHING_BY_USE, message, Effect.NOTE)


def _limits(tariff: Tariff) -> Iterator[Finding]:
    low, high = tariff.min_price, tariff.max_price
    if low and high and any(least > most for least, most in _pairs(low, high)):
        yield _about(tariff, "/min_price", Lint.MIN_OVER_MAX, "The minimum price is over the maximum price.")
    for name, limit in (("min_price", low), ("max_price", high)):
        if limit and limit.excl is not None and limit.incl is not None and limit.incl < limit.excl:
            yield _about(tariff, f"/{name}", Lint.GROSS_UNDER_NET, "With taxes it is less than without.")


def _elements(tariff: Tariff) -> Iterator[Finding]:
    for element in tariff.elements:
        where = f"{tariff.pointer}/elements/{element.index}/restrictions"
        if element.restrictions is not None:
            for finding in restriction_findings(element.restrictions, tariff.version):
                yield replace(finding, pointer=where + finding.pointer, document=tariff.document)


def _components(tariff: Tariff) -> Iterator[Finding]:
    for element in tariff.elements:
        seen: set[Dimension] = set()
        for component in element.components:
            where = f"/elements/{element.index}/price_components/{component.index}"
            if component.kind in seen:
                message = f"A second {component.kind} price in one element; the first one counts."
                yield _about(tariff, where, Lint.DUPLICATE_COMPONENT, message)
            seen.add(component.kind)
            yield from (
                _about(tariff, where + member, code, message, effect)
                for member, code, message, effect in _component(component, element, tariff)
            )


def _component(
    component: Component, element: Element, tariff: Tariff
) -> Iterator[tuple[str, Lint, str, Effect]]:
    if component.kind is Dimension.FLAT and component.step_size > 1:
        message = "A FLAT price has no steps; step_size is ignored."
        yield "/step_size", Lint.STEP_SIZE_ON_FLAT, message, Effect.NOTE
    if component.price < 0:
        yield "/price", Lint.NEGATIVE_PRICE, "The price is negative.", Effect.WARNING
    if element.reservation and component.kind not in _RESERVABLE:
        message = f"A reservation has FLAT and TIME prices only; {component.kind} is ignored."
        yield "/type", Lint.RESERVATION_DIMENSION, message, Effect.WARNING
    if component.vat and tariff.tax in (TaxMode.NONE, TaxMode.UNKNOWN):
        message = "A rate where the tariff says that no tax applies, or cannot say it; it is ignored."
        yield "/vat", Lint.RATE_WITHOUT_TAX, message, Effect.WARNING


def _hidden(tariff: Tariff) -> Iterator[Finding]:
    for element, component in unreachable(tariff):
        where = f"/elements/{element.index}/price_components/{component.index}"
        message = f"This {component.kind} price never applies: earlier elements take every moment it is for."
        yield _about(tariff, where, Lint.UNREACHABLE_COMPONENT, message)


def _outside(tariff: Tariff) -> Iterator[Finding]:
    """Note dimensions whose prices leave moments open, at which they are free."""
    for kind in _BY_USE:
        priced = [
            element.restrictions
            for element in tariff.elements
            if not element.reservation and any(component.kind is kind for component in element.components)
        ]
        if priced and not is_always(priced):
            message = f"{kind} has prices under restrictions only and is free where none of them holds."
            yield _about(tariff, "/elements", Lint.FREE_OUTSIDE, message, Effect.NOTE)


def _with_suggestion(finding: Finding) -> Finding:
    if finding.code != Code.UNKNOWN_MEMBER:
        return finding
    name = finding.pointer.rpartition("/")[2]
    close = get_close_matches(name, _MEMBERS, n=1)
    return replace(finding, message=f"{finding.message} Is {close[0]} meant?") if close else finding


def _pairs(low: Limit, high: Limit) -> list[tuple[Decimal, Decimal]]:
    return [
        (least, most)
        for least, most in ((low.excl, high.excl), (low.incl, high.incl))
        if least is not None and most is not None
    ]


def _about(
    tariff: Tariff, pointer: str, code: Lint, message: str, effect: Effect = Effect.WARNING
) -> Finding:
    return Finding(code, tariff.pointer + pointer, message, effect, tariff.document)
