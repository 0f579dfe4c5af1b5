"""Whatever is sent or answered: between versions nobody gets an original that had to be converted."""

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.conversion import Choice, ConversionRefused, NeedsWholeObject, ObjectKind, contents_of, convert
from ocn.conversion import Context as Known
from ocn.conversion.patching import convert_patch
from ocn.conversion.steps import passage
from ocn.node.converting.reservations import reservation_number
from ocn.ocpi.envelope import read_status_code
from ocn.ocpi.errors import OcpiError
from ocn.ocpi.modules import OPERATIONS, InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from tests.unit.node.converting.conftest import Relay
else:
    Relay = object

V = VersionNumber
VERSIONS = (V.V2_1_1, V.V2_2, V.V2_2_1, V.V2_3_0)
CPO, MSP = PartyId("DE", "CPO"), PartyId("FR", "MSP")
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)
_REVERSED = {ModuleID.TOKENS, ModuleID.COMMANDS, ModuleID.CHARGING_PROFILES}
_IDS = ("DE", "CPO", "1", "2", "3")

CASES = [
    (operation, method, spoken, wanted)
    for spoken, wanted in permutations(VERSIONS, 2)
    for operation in OPERATIONS
    if spoken in operation.versions
    for method in sorted(operation.methods)
]
"""Also what the receiver's version does not have, and what has no conversion at all."""

_WORDS = (
    "country_code party_id id uid publish parking_type type coordinates time_zone evses connectors standard"
    " max_voltage voltage max_amperage amperage tariff_id tariff_ids auth_id contract_id cdr_token token"
    " start_datetime start_date_time end_datetime end_date_time stop_date_time total_cost location"
    " cdr_location location_id evse_uid"
    " connector_id status auth_method excl_vat incl_vat before_taxes taxes tax_included"
    " elements price_components restrictions price vat min_price charging_periods dimensions volume credit"
    " reservation_id response_url allowed result timeout data last_updated role ocn_signature"
)
names = st.sampled_from(_WORDS.split()) | st.text(max_size=3)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["RFID", "OTHER", "EUR", "YES", "NO", "ACCEPTED", "2026-01-01T00:00:00.1Z", "x" * 40])
    | st.text(max_size=4)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=20,
)
documents = st.dictionaries(names, values, max_size=10)
texts = (documents | values).map(lambda value: json.dumps(value).encode())
broken = st.tuples(texts, st.integers(0, 60), st.binary(max_size=3)).map(lambda b: b[0][: b[1]] + b[2])
nested = st.integers(1, 3_000).map(lambda deep: b'{"evses":' * deep + b"1" + b"}" * deep)
twice = texts.map(lambda text: b'{"auth_id":"1","auth_id":' + text + b"}")
bodies = documents.map(lambda value: json.dumps(value).encode()) | texts | broken | nested | twice
envelopes = st.builds(
    lambda code, data: json.dumps({"status_code": code, "data": data, "timestamp": "x"}).encode(),
    st.sampled_from([1000, 1000, 2001, 2004, 3000, 4000]),
    documents | st.lists(documents, max_size=2) | values,
)


def _known(owner: PartyId | None) -> Known:
    return Known(owner=owner, token_owner=None, reservation_number=reservation_number)


def may_stay(kind: ObjectKind, body: bytes, spoken: V, wanted: V, *, patch: bool = False) -> bool:
    """Whether nothing in a document has to change: both write it alike, or the conversion changes nothing."""
    if not passage(kind, spoken, wanted).rules:
        return True
    value = _DECODER.decode(body)
    if type(value) is not dict:
        return False
    turn = convert_patch if patch else convert
    for owner in (CPO, MSP, None):
        try:
            if turn(kind, value, spoken, wanted, _known(owner)).value == value:
                return True
        except (ConversionRefused, NeedsWholeObject):
            continue
    return False


def answered_as_it_was(kind: ObjectKind | None, body: bytes, source: V, target: V) -> bool:
    """The same of an answer; one that is no envelope is refused by the next stage."""
    if read_status_code(body) is None:
        return True
    data = _DECODER.decode(body).get("data")
    if not isinstance(data, dict | list) or not data:
        return True
    if kind is None:
        return False
    each = data if type(data) is list else [data]
    return all(
        type(one) is not dict or may_stay(kind, msgspec.json.encode(one), source, target) for one in each
    )


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_nobody_gets_an_original_that_had_to_be_converted(
    make_relay: Callable[..., Relay], data: st.DataObject
) -> None:
    operation, method, spoken, wanted = data.draw(st.sampled_from(CASES))
    role = operation.interface_role
    names_of_path = iter(_IDS)
    path = tuple(next(names_of_path) if segment == "{}" else segment for segment in operation.path)
    body, answer = data.draw(bodies), data.draw(envelopes | bodies)
    relay = make_relay(spoken, wanted, {}, data.draw(st.sampled_from(Choice)))
    sender, receiver = (
        (MSP, CPO) if (role is InterfaceRole.SENDER) == (operation.module not in _REVERSED) else (CPO, MSP)
    )
    contents = contents_of(operation.module, role, method, path)
    delivered = None
    try:
        sending = relay.send(
            operation.module,
            role,
            method,
            path,
            body,
            lambda _routed: answer,
            sender=sender,
            receiver=receiver,
        )
        _, delivered = asyncio.run(sending)
    except OcpiError:
        pass
    if contents is None:
        assert relay.sent == []
        assert delivered is None
        return
    for routed in relay.sent:
        if contents.request is None or routed.body != body or not body:
            continue
        assert may_stay(contents.request, body, spoken, wanted, patch=contents.patch)
    if delivered is not None and relay.sent and delivered.answer.body == answer:
        assert answered_as_it_was(contents.answer, answer, wanted, spoken)


@given(data=st.data(), body=st.binary(max_size=40) | bodies, answer=st.binary(max_size=40) | envelopes)
@settings(max_examples=150, deadline=None)
def test_between_equal_versions_not_a_byte_is_touched(
    make_relay: Callable[..., Relay], data: st.DataObject, body: bytes, answer: bytes
) -> None:
    operation, method, version, _ = data.draw(st.sampled_from(CASES))
    relay = make_relay(version, version, {})
    sent, delivered = asyncio.run(
        relay.send(operation.module, operation.interface_role, method, _IDS[:2], body, lambda _routed: answer)
    )
    (routed,) = sent
    assert (routed.body, routed.conversion) == (body, None)
    assert delivered.answer.body is answer
    assert delivered.answer.headers == ()


@pytest.mark.parametrize("answer", [b"\xff", b"{", b"", b'{"status_code":"1000","data":[{"auth_id":"1"}]}'])
def test_what_passes_as_no_envelope_is_none_to_the_next_stage(answer: bytes) -> None:
    assert read_status_code(answer) is None
