"""Money between 2.2.1 and 2.3.0, in both directions."""

from decimal import Decimal
from typing import Any

import pytest

from ocn.conversion import Change, ConversionRefused, Converted, JsonObject, Loss, ObjectKind, convert
from ocn.ocpi.versions import VersionNumber

OLD, NEW = VersionNumber.V2_2_1, VersionNumber.V2_3_0


def down(kind: ObjectKind, **value: Any) -> Converted[JsonObject]:
    return convert(kind, value, NEW, OLD)


def up(kind: ObjectKind, **value: Any) -> Converted[JsonObject]:
    return convert(kind, value, OLD, NEW)


def losses(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.pointer, str(change.loss)) for change in changes]


def tariff(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "1", "elements": [{"price_components": list(components)}], **more}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"excl_vat": 4}, {"before_taxes": 4}),
        (
            {"excl_vat": Decimal("0.10"), "incl_vat": Decimal("0.30")},
            {"before_taxes": Decimal("0.10"), "taxes": [{"name": "VAT", "amount": Decimal("0.20")}]},
        ),
        (
            {"excl_vat": Decimal("1.00"), "incl_vat": Decimal("1.00")},
            {"before_taxes": Decimal("1.00"), "taxes": [{"name": "VAT", "amount": 0}]},
        ),
        (
            {"excl_vat": 1, "incl_vat": 2, "fee": "kept"},
            {"before_taxes": 1, "taxes": [{"name": "VAT", "amount": 1}], "fee": "kept"},
        ),
    ],
)
def test_price_is_another_spelling_both_ways(old: JsonObject, new: JsonObject) -> None:
    there, back = up(ObjectKind.SESSION, total_cost=old), down(ObjectKind.SESSION, total_cost=new)
    assert there.value["total_cost"] == new
    assert back.value["total_cost"] == old
    assert there.lossless
    assert back.lossless


def test_taxes_that_2_2_1_cannot_name_become_one_sum_and_are_reported() -> None:
    gst = {"name": "GST", "amount": Decimal("0.50"), "percentage": 5, "account_number": "123 RT"}
    qst = {"name": "QST", "amount": Decimal("0.9975")}
    one, two = (
        down(ObjectKind.SESSION, total_cost={"before_taxes": 10, "taxes": taxes})
        for taxes in ([gst], [gst, qst])
    )
    assert one.value["total_cost"] == {"excl_vat": 10, "incl_vat": Decimal("10.50")}
    assert losses(one.changes) == [
        ("/total_cost/taxes/0/name", "dropped"),
        ("/total_cost/taxes/0/percentage", "dropped"),
        ("/total_cost/taxes/0/account_number", "dropped"),
    ]
    assert two.value["total_cost"] == {"excl_vat": 10, "incl_vat": Decimal("11.4975")}
    assert losses(two.changes) == [("/total_cost/taxes", "dropped")]


@pytest.mark.parametrize(
    ("cost", "pointer"),
    [
        ({"before_taxes": "10", "taxes": [{"name": "VAT", "amount": 1}]}, "/total_cost/before_taxes"),
        ({"before_taxes": 10, "taxes": [{"name": "VAT", "amount": "1"}]}, "/total_cost/taxes/0/amount"),
        ({"before_taxes": 10, "taxes": [{"name": "VAT"}]}, "/total_cost/taxes/0/amount"),
        ({"before_taxes": 10, "taxes": [7]}, "/total_cost/taxes/0"),
        ({"before_taxes": 10, "taxes": {"name": "VAT"}}, "/total_cost/taxes"),
        ({"before_taxes": True, "taxes": [{"name": "VAT", "amount": 1}]}, "/total_cost/before_taxes"),
        (
            {"before_taxes": Decimal("1E+90"), "taxes": [{"name": "VAT", "amount": 1}]},
            "/total_cost/taxes/0/amount",
        ),
    ],
)
def test_amount_that_cannot_be_computed_exactly_is_refused_with_its_place(cost: Any, pointer: str) -> None:
    with pytest.raises(ConversionRefused) as refused:
        down(ObjectKind.SESSION, total_cost=cost)
    assert refused.value.pointer == pointer
    assert pointer in refused.value.message


def test_tariff_of_2_2_1_is_said_to_exclude_taxes() -> None:
    there = up(ObjectKind.TARIFF, **tariff(min_price={"excl_vat": 1, "incl_vat": 2}))
    assert there.value["tax_included"] == "NO"
    assert there.value["min_price"] == {"before_taxes": 1, "after_taxes": 2}
    assert losses(there.changes) == [("/tax_included", "synthesised")]
    assert there.changes[0].version is NEW
    assert down(ObjectKind.TARIFF, **there.value).lossless


def test_tariff_with_taxes_included_and_a_rate_everywhere_is_dangerous() -> None:
    back = down(
        ObjectKind.TARIFF,
        **tariff(
            {"price": Decimal("0.50"), "vat": 19}, {"price": Decimal("1.21"), "vat": 21}, tax_included="YES"
        ),
    )
    assert back.value["elements"] == [
        {
            "price_components": [
                {"price": Decimal("0.4202"), "vat": 19},
                {"price": Decimal("1.0000"), "vat": 21},
            ]
        }
    ]
    assert "tax_included" not in back.value
    assert back.dangerous
    assert [change.pointer for change in back.changes] == [
        "/elements/0/price_components/0/price",
        "/elements/0/price_components/1/price",
    ]


@pytest.mark.parametrize(
    "component",
    [{"price": 1}, {"price": 1, "vat": None}, {"price": "1", "vat": 19}, {"price": 1, "vat": -100}],
)
def test_tariff_with_taxes_included_and_no_usable_rate_is_refused(component: dict[str, Any]) -> None:
    with pytest.raises(ConversionRefused) as refused:
        down(ObjectKind.TARIFF, **tariff({"price": 1, "vat": 19}, component, tax_included="YES"))
    assert refused.value.pointer == "/elements/0/price_components/1/price"


@pytest.mark.parametrize(
    ("said", "loss"),
    [("NO", None), ("N/A", Loss.DROPPED), (None, Loss.SYNTHESISED), ("MAYBE", Loss.MEANING_CHANGED)],
)
def test_what_a_tariff_says_of_taxes_is_weighed(said: str | None, loss: Loss | None) -> None:
    back = down(ObjectKind.TARIFF, **tariff({"price": 1}, tax_included=said))
    assert "tax_included" not in back.value
    assert [change.loss for change in back.changes] == ([loss] if loss else [])


def test_price_of_a_booking_never_becomes_a_price_of_charging() -> None:
    booked = {"price_components": [{"price": 9}], "restrictions": {"booking": "BOOKING"}}
    charged = {"price_components": [{"price": 1}]}
    back = down(ObjectKind.TARIFF, id="1", tax_included="NO", elements=[booked, charged])
    assert back.value["elements"] == [charged]
    assert losses(back.changes) == [("/elements/0", "meaning_changed")]
    with pytest.raises(ConversionRefused):
        down(ObjectKind.TARIFF, id="1", tax_included="NO", elements=[booked])


def test_tariff_in_a_cdr_that_cannot_be_expressed_is_left_out_and_dangerous() -> None:
    good, bad = tariff({"price": 1}, tax_included="NO"), tariff({"price": 1}, tax_included="YES")
    back = down(ObjectKind.CDR, id="1", tariffs=[bad, good])
    assert back.value["tariffs"] == [{"id": "1", "elements": [{"price_components": [{"price": 1}]}]}]
    assert losses(back.changes) == [("/tariffs/0", "meaning_changed")]
    assert "rate" in back.changes[0].note


def test_stranger_in_the_place_of_a_renamed_member_gives_way_and_is_reported() -> None:
    there = up(ObjectKind.SESSION, total_cost={"excl_vat": 1, "before_taxes": 7})
    assert there.value["total_cost"] == {"before_taxes": 1}
    assert losses(there.changes) == [("/total_cost/before_taxes", "dropped")]
