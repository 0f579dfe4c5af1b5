"""Bodies and answers as bytes, pages, and what stands in which message."""

import json
from typing import Any

import pytest

from ocn.conversion import (
    Allowance,
    Choice,
    Contents,
    ConversionRefused,
    Loss,
    NeedsWholeObject,
    ObjectKind,
    Policy,
    Versions,
    contents_of,
    contents_of_result,
    convert_answer_body,
    convert_request_body,
    status_for,
)
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.modules import COMMANDS, OPERATIONS, InterfaceRole, ModuleID, Operation
from ocn.ocpi.versions import VersionNumber

V = VersionNumber
UP, DOWN = Versions(V.V2_2_1, V.V2_3_0), Versions(V.V2_3_0, V.V2_2_1)
SESSION = Contents(request=ObjectKind.SESSION, answer=ObjectKind.SESSION)
YES = {"id": "T", "tax_included": "YES", "elements": [{"price_components": [{"price": 1.19, "vat": 19}]}]}
NO = {"id": "N", "tax_included": "NO", "elements": [{"price_components": [{"price": 1}]}]}
NEW_IN_2_3_0 = {"bookings", "payments", "invoicereconciliation"}
RELAYED = [
    pytest.param(row, id=f"{row.module}-{row.interface_role}-{'-'.join(row.path)}")
    for row in OPERATIONS
    if row.module not in NEW_IN_2_3_0
]


def answer(data: Any, **more: Any) -> bytes:
    return json.dumps(
        {"data": data, "status_code": 1000, **more, "timestamp": "2024-12-05T17:39:09Z"}
    ).encode()


def test_digits_and_strangers_survive() -> None:
    body = (
        b'{"kwh": 0.1000, "odd": 123456789012345678901234567890.5,'
        b' "total_cost": {"excl_vat": 4.00}, "u": "\xc3\xbc"}'
    )
    there = convert_request_body(body, SESSION, UP).value
    assert there == (
        b'{"kwh":0.1000,"odd":123456789012345678901234567890.5,"total_cost":{"before_taxes":4.00},"u":"\xc3\xbc"}'
    )
    assert convert_request_body(there, SESSION, DOWN).value == body.replace(b": ", b":").replace(b", ", b",")


@pytest.mark.parametrize(
    ("body", "contents", "versions"),
    [
        (b'{ "kwh" :1e2 }', SESSION, Versions(V.V2_3_0, V.V2_3_0)),
        (b'{ "uid" :1e2 }', Contents(request=ObjectKind.TOKEN), DOWN),
        (b'{ "evses" :[ ] }', Contents(request=ObjectKind.LOCATION), UP),
        (b'{ "valid" : true }', Contents(request=ObjectKind.TOKEN, patch=True), DOWN),
        (b"anything", Contents(), DOWN),
        (b"", SESSION, DOWN),
    ],
)
def test_body_that_needs_no_change_keeps_its_bytes(
    body: bytes, contents: Contents, versions: Versions
) -> None:
    assert convert_request_body(body, contents, versions).value is body


def test_answer_that_needs_no_change_keeps_its_bytes() -> None:
    unchanged: tuple[Any, ...] = ({"uid": "1"}, None, [], "ACCEPTED")
    for data in unchanged:
        body = answer(data)
        assert convert_answer_body(body, Contents(answer=ObjectKind.TOKEN), DOWN).value is body
    for kind, versions in ((ObjectKind.TOKEN, DOWN), (ObjectKind.LOCATION, UP)):
        page = answer([{"uid": "1"}, {"uid": "2"}])
        assert convert_answer_body(page, Contents(answer=kind, page=True), versions).value is page


def test_envelope_around_converted_data_keeps_its_members() -> None:
    body = (
        b'{"status_code": 1000, "data": {"total_cost": {"before_taxes": 1}},'
        b' "x": {"y" : 1.0}, "timestamp": "t"}'
    )
    converted = convert_answer_body(body, SESSION, DOWN)
    assert converted.value == (
        b'{"status_code":1000,"data":{"total_cost":{"excl_vat":1}},"x":{"y" : 1.0},"timestamp":"t"}'
    )


def test_page_leaves_out_what_may_not_pass_and_goes_on() -> None:
    page = Contents(answer=ObjectKind.TARIFF, page=True)
    worse = {"id": "W", "tax_included": "YES", "elements": [{"price_components": [{"price": 1}]}]}
    converted = convert_answer_body(answer([YES, NO, 7, worse, NO]), page, DOWN)
    data = json.loads(converted.value)["data"]
    assert [tariff["id"] for tariff in data] == ["N", "N"]
    assert [change.pointer for change in converted.changes] == ["/data/0", "/data/2", "/data/3"]
    assert not converted.dangerous


def test_page_to_a_peer_that_takes_everything_keeps_what_can_be_expressed() -> None:
    page = Contents(answer=ObjectKind.TARIFF, page=True)
    versions = Versions(V.V2_3_0, V.V2_2_1, Policy(Choice.PASS))
    converted = convert_answer_body(answer([YES, NO]), page, versions)
    assert [tariff["id"] for tariff in json.loads(converted.value)["data"]] == ["T", "N"]
    assert [change.pointer for change in converted.changes] == ["/data/0/elements/0/price_components/0/price"]
    assert converted.changes[0].loss is Loss.MEANING_CHANGED


def test_dangerous_body_is_refused_unless_the_operator_allowed_it() -> None:
    body, tariff = json.dumps(YES).encode(), Contents(request=ObjectKind.TARIFF, answer=ObjectKind.TARIFF)
    for policy in (Policy(), Policy(Choice.ASK)):
        versions = Versions(V.V2_3_0, V.V2_2_1, policy)
        with pytest.raises(ConversionRefused, match="change its meaning"):
            convert_request_body(body, tariff, versions)
        with pytest.raises(ConversionRefused, match="change its meaning"):
            convert_answer_body(answer(YES), tariff, versions)
    allowed = Policy(Choice.ASK, (Allowance.parse("tariff:/elements/*/price_components/*/price"),))
    assert convert_request_body(body, tariff, Versions(V.V2_3_0, V.V2_2_1, allowed)).dangerous


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b'{"a":"\xff"}'])
def test_request_that_is_no_json_object_is_the_senders_fault(body: bytes) -> None:
    with pytest.raises(InvalidParameters, match="JSON"):
        convert_request_body(body, SESSION, DOWN)


def test_patch_body_that_cannot_be_converted_alone_says_so() -> None:
    with pytest.raises(NeedsWholeObject):
        convert_request_body(b'{"help_phone":"1"}', Contents(request=ObjectKind.LOCATION, patch=True), DOWN)


def test_object_where_none_is_defined_is_not_sent_on() -> None:
    converted = convert_answer_body(
        answer({"total_cost": {"before_taxes": 1}}), Contents(request=ObjectKind.SESSION), DOWN
    )
    assert "data" not in json.loads(converted.value)
    assert [change.pointer for change in converted.changes] == ["/data"]


@pytest.mark.parametrize(("data", "page"), [([{"id": "1"}], False), ({"id": "1"}, True)])
def test_success_of_the_wrong_shape_is_refused_and_a_failure_loses_its_data(data: Any, page: bool) -> None:
    contents = Contents(answer=ObjectKind.SESSION, page=page)
    with pytest.raises(ConversionRefused, match="it should be"):
        convert_answer_body(answer(data), contents, DOWN)
    failed = convert_answer_body(answer(data, status_code=2001), contents, DOWN)
    assert "data" not in json.loads(failed.value)


@pytest.mark.parametrize(
    ("code", "target", "said"),
    [
        (2004, V.V2_1_1, 2000),
        (4001, V.V2_1_1, 3000),
        (4900, V.V2_1_1, 3000),
        (1900, V.V2_1_1, 1000),
        (2901, V.V2_1_1, 2000),
        (3999, V.V2_1_1, 3000),
        (2003, V.V2_1_1, 2003),
        (4000, V.V2_2, 3000),
        (4001, V.V2_2, 4001),
        (4000, V.V2_3_0, 4000),
    ],
)
def test_status_is_told_in_a_version_that_knows_it(code: int, target: VersionNumber, said: int) -> None:
    assert status_for(code, target) == said
    converted = convert_answer_body(
        json.dumps({"status_code": code, "status_message": "why"}).encode(),
        Contents(),
        Versions(V.V2_2_1, target),
    )
    assert json.loads(converted.value) == {"status_code": said, "status_message": "why"}
    assert converted.lossless == (code == said)


@pytest.mark.parametrize("row", RELAYED)
def test_every_request_that_is_relayed_is_known_to_conversion(row: Operation) -> None:
    path = tuple(segment.replace("{}", "x") for segment in row.path)
    for method in row.methods:
        contents = contents_of(row.module, row.interface_role, method, path)
        assert contents is not None
        assert contents.patch == (method == "PATCH")
        assert (contents.request is not None) == (method in {"POST", "PUT", "PATCH"})
        if method == "GET":
            assert contents.answer is not None
        assert contents.page == (method == "GET" and not path)


def test_what_no_text_defines_is_not_known_to_conversion() -> None:
    for module, role, method, path in (
        ("invoicereconciliation", InterfaceRole.SENDER, "GET", ()),
        (ModuleID.COMMANDS, InterfaceRole.RECEIVER, "POST", ("FLY",)),
        (ModuleID.COMMANDS, InterfaceRole.SENDER, "POST", ("START_SESSION",)),
        (ModuleID.LOCATIONS, InterfaceRole.RECEIVER, "GET", ("x",)),
    ):
        assert contents_of(module, role, method, path) is None


def test_results_are_told_apart_by_what_was_asked() -> None:
    assert contents_of_result(ModuleID.COMMANDS, "POST") == Contents(request=ObjectKind.COMMAND_RESULT)
    assert contents_of_result(ModuleID.CHARGING_PROFILES, "GET") == Contents(
        request=ObjectKind.ACTIVE_CHARGING_PROFILE_RESULT
    )
    assert contents_of_result(ModuleID.TOKENS, "POST") is None
    assert all(contents_of(ModuleID.COMMANDS, InterfaceRole.RECEIVER, "POST", (name,)) for name in COMMANDS)
