"""There and back: what comes back is the original, but for what a report has said."""

from collections.abc import Iterable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.conversion import Change, ConversionRefused, ObjectKind, convert
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
Shape = st.SearchStrategy[Any]

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
long_words = words | st.integers(40, 60).map("ü".__mul__)
numbers = st.decimals(0, 10_000, places=2) | st.decimals(-5, 5, places=4) | st.integers(0, 500)
rates = st.sampled_from([Decimal(19), Decimal("7.7"), 0, 21])
moments = st.sampled_from(["2024-12-05T17:39:09Z", "2024-12-05T17:39:09.123Z"])


def item(required: dict[str, Shape], optional: dict[str, Shape]) -> Shape:
    """An object of which optional members may be missing or null, and one may be a stranger."""
    members = {name: shape | st.none() for name, shape in optional.items()}
    return st.fixed_dictionaries(
        required, optional={**members, "x_custom": st.just({"kept": [Decimal("1.50")]})}
    )


def many(shape: Shape, least: int = 0) -> Shape:
    return st.lists(shape, min_size=least, max_size=3)


def objects_of(version: VersionNumber) -> dict[ObjectKind, Shape]:
    """One strategy per kind of what a version can say; members that need no conversion are few."""
    newest = version is V.V2_3_0
    at_least_2_2_1 = version is not V.V2_2
    tax = item({"name": st.sampled_from(["VAT", "GST"]), "amount": numbers}, {"percentage": rates})
    price = (
        item({"before_taxes": numbers}, {"taxes": many(tax)})
        if newest
        else item({"excl_vat": numbers}, {"incl_vat": numbers})
    )
    limit = item({"before_taxes": numbers}, {"after_taxes": numbers}) if newest else price
    connector = item(
        {
            "id": words,
            "standard": st.sampled_from(["CHADEMO", "SAE_J3400", "NEMA_5_20"]),
            "max_voltage": numbers,
        },
        {"tariff_ids": many(words), "power_type": st.sampled_from(["DC", "AC_2_PHASE"])}
        | ({"capabilities": many(words)} if newest else {}),
    )
    evse = item(
        {"uid": words, "connectors": many(connector, 1)},
        {"capabilities": many(st.sampled_from(["RESERVABLE", "START_SESSION_CONNECTOR_REQUIRED", "NEW"]))}
        | (
            {"parking": many(item({"parking_id": words}, {})), "accepted_service_providers": many(words)}
            if newest
            else {}
        ),
    )
    component = item({"type": words, "price": numbers, "step_size": st.integers(0, 900)}, {"vat": rates})
    restrictions = item({}, {"min_kwh": numbers} | ({"booking": words} if newest else {}))
    tariff = item(
        {
            "id": words,
            "elements": many(
                item({"price_components": many(component, 1)}, {"restrictions": restrictions}), 1
            ),
        }
        | ({"tax_included": st.sampled_from(["YES", "NO", "N/A"])} if newest else {}),
        {"min_price": limit, "max_price": limit} | ({"preauthorize_amount": numbers} if newest else {}),
    )
    owner = {"country_code": words, "party_id": words} if at_least_2_2_1 else {}
    cdr_token = item(
        {"uid": words, "type": st.sampled_from(["RFID", "EMAID"]), "contract_id": words} | owner, {}
    )
    token = item({"uid": words, "type": st.sampled_from(["RFID", "EMAID"])}, {"group_id": words})
    period = item(
        {"start_date_time": moments, "dimensions": many(item({"type": words, "volume": numbers}, {}))}, {}
    )
    signed = item(
        {
            "signed_values": many(
                item({"signed_data": words | st.just("s" * (600 if at_least_2_2_1 else 500))}, {})
            )
        },
        {},
    )
    place = item({"id": words}, {"state": words} if at_least_2_2_1 else {})
    return {
        ObjectKind.LOCATION: item(
            {"id": words, "address": long_words if at_least_2_2_1 else words},
            {"evses": many(evse), "state": long_words if at_least_2_2_1 else words}
            | ({"help_phone": words, "parking_places": many(item({"id": words}, {}))} if newest else {}),
        ),
        ObjectKind.EVSE: evse,
        ObjectKind.CONNECTOR: connector,
        ObjectKind.SESSION: item(
            {"id": words, "cdr_token": cdr_token, "kwh": numbers},
            {"charging_periods": many(period), "total_cost": price},
        ),
        ObjectKind.CDR: item(
            {"id": words, "cdr_token": cdr_token, "total_cost": price, "cdr_location": place},
            {
                "tariffs": many(tariff),
                "total_energy_cost": price,
                "signed_data": signed,
                "charging_periods": many(period),
            }
            | ({"home_charging_compensation": st.booleans()} if at_least_2_2_1 else {})
            | ({"booking_id": words} if newest else {}),
        ),
        ObjectKind.TARIFF: tariff,
        ObjectKind.TOKEN: token,
        ObjectKind.AUTHORIZATION_INFO: item({"allowed": words, "token": token}, {"location": item({}, {})}),
        ObjectKind.START_SESSION: item(
            {"token": token, "location_id": words}, {"connector_id": words} if at_least_2_2_1 else {}
        ),
        ObjectKind.CLIENT_INFO: item(
            {"role": st.sampled_from(["CPO", "OTHER"] + ([] if newest else ["HUB"]))}, {}
        ),
    }


OBJECTS = {version: objects_of(version) for version in (V.V2_2, V.V2_2_1, V.V2_3_0)}
JOURNEYS = [
    pytest.param(kind, source, target, id=f"{kind}-{source}-{target}")
    for source, target in (
        (V.V2_2_1, V.V2_3_0),
        (V.V2_3_0, V.V2_2_1),
        (V.V2_2, V.V2_2_1),
        (V.V2_2_1, V.V2_2),
        (V.V2_3_0, V.V2_2),
    )
    for kind in OBJECTS[source]
]


def says_nothing(value: Any) -> bool:
    return value is None or value == []


def unaccounted(original: Any, result: Any, reported: frozenset[str], pointer: str = "") -> Iterable[str]:
    """Yield pointers to what differs in the result and stands under no reported pointer."""
    if pointer in reported or original == result or (says_nothing(original) and says_nothing(result)):
        return
    if isinstance(original, dict) and isinstance(result, dict):
        for name in original.keys() | result.keys():
            yield from unaccounted(original.get(name), result.get(name), reported, f"{pointer}/{name}")
    elif isinstance(original, list) and isinstance(result, list):
        kept = list(enumerate(original))
        if len(result) < len(original):
            kept = [(index, value) for index, value in kept if f"{pointer}/{index}" not in reported]
        if len(kept) != len(result):
            yield pointer
            return
        for (index, value), (position, back) in zip(kept, enumerate(result), strict=True):
            here, there = f"{pointer}/{index}", f"{pointer}/{position}"
            moved = {here + each.removeprefix(there) for each in reported if each.startswith(f"{there}/")}
            yield from unaccounted(value, back, reported | moved, here)
    else:
        yield pointer


def pointers(changes: Iterable[Change]) -> frozenset[str]:
    return frozenset(change.pointer for change in changes)


@pytest.mark.parametrize(("kind", "source", "target"), JOURNEYS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_there_and_back_gives_the_original_but_for_what_is_reported(
    kind: ObjectKind, source: VersionNumber, target: VersionNumber, data: st.DataObject
) -> None:
    original = data.draw(OBJECTS[source][kind])
    untouched = deepcopy(original)
    try:
        there = convert(kind, original, source, target)
    except ConversionRefused:
        assert kind is ObjectKind.TARIFF  # prices with taxes of unknown rate, or of bookings alone
        return
    back = convert(kind, there.value, target, source)
    assert original == untouched
    missing = list(unaccounted(original, back.value, pointers(there.changes) | pointers(back.changes)))
    assert not missing, (there.changes, back.changes)
    if there.lossless and back.lossless:
        assert not list(unaccounted(original, back.value, frozenset()))


@given(data=st.data())
@pytest.mark.parametrize("kind", list(OBJECTS[V.V2_2_1]))
@settings(max_examples=40, deadline=None)
def test_2_2_1_comes_back_whole_from_2_3_0(kind: ObjectKind, data: st.DataObject) -> None:
    original = data.draw(OBJECTS[V.V2_2_1][kind])
    there = convert(kind, original, V.V2_2_1, V.V2_3_0)
    back = convert(kind, there.value, V.V2_3_0, V.V2_2_1)
    hub = kind is ObjectKind.CLIENT_INFO and original["role"] == "HUB"
    assert not list(unaccounted(original, back.value, frozenset({"/role"} if hub else ())))
    assert not there.dangerous
    assert back.lossless
