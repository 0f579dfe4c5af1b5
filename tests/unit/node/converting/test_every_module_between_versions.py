"""Every request that two versions share, both ways between each two: each side gets its own version."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from ocn.conversion import Contents, Context, ObjectKind, contents_of, convert
from ocn.conversion.known_members import MEMBERS_OF, Members
from ocn.node.converting.reservations import reservation_number
from ocn.ocpi.modules import OPERATIONS, InterfaceRole, ModuleID, Operation
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from tests.unit.node.converting.conftest import Relay
else:
    Relay = object

V = VersionNumber
VERSIONS = (V.V2_1_1, V.V2_2, V.V2_2_1, V.V2_3_0)
CPO, MSP = PartyId("DE", "CPO"), PartyId("FR", "MSP")
AT = "2026-01-01T00:00:00Z"
OWNED = {"country_code": "DE", "party_id": "CPO"}
PRICE = {"excl_vat": 4, "incl_vat": 5}
CONNECTOR: dict[str, Any] = {
    "id": "1",
    "standard": "IEC_62196_T2",
    "format": "SOCKET",
    "power_type": "AC_3_PHASE",
    "max_voltage": 400,
    "max_amperage": 32,
    "last_updated": AT,
}
EVSE: dict[str, Any] = {
    "uid": "E1",
    "evse_id": "DE*CPO*E1",
    "status": "AVAILABLE",
    "connectors": [CONNECTOR],
    "last_updated": AT,
}
PLACE = {"address": "Platz 1", "city": "Berlin", "postal_code": "10115", "country": "DEU"}
WHERE = {"latitude": "52.520000", "longitude": "13.404000"}
LOCATION: dict[str, Any] = {
    **OWNED,
    **PLACE,
    "id": "L1",
    "publish": True,
    "coordinates": WHERE,
    "parking_type": "ON_STREET",
    "time_zone": "Europe/Berlin",
    "evses": [EVSE],
    "last_updated": AT,
}
HOLDER = {"country_code": "FR", "party_id": "MSP", "uid": "T1", "type": "RFID", "contract_id": "FR-MSP-1"}
TOKEN: dict[str, Any] = {**HOLDER, "issuer": "MSP", "valid": True, "whitelist": "NEVER", "last_updated": AT}
PERIOD = {"start_date_time": AT, "dimensions": [{"type": "ENERGY", "volume": 1}]}
CHARGED = {**OWNED, "start_date_time": AT, "cdr_token": HOLDER, "auth_method": "WHITELIST", "currency": "EUR"}
SESSION = {
    **CHARGED,
    "id": "S1",
    "kwh": 1,
    "location_id": "L1",
    "evse_uid": "E1",
    "connector_id": "1",
    "charging_periods": [PERIOD],
    "total_cost": PRICE,
    "status": "ACTIVE",
    "last_updated": AT,
}
CDR_LOCATION = {
    **PLACE,
    "id": "L1",
    "coordinates": WHERE,
    "evse_uid": "E1",
    "evse_id": "DE*CPO*E1",
    "connector_id": "1",
    "connector_standard": "IEC_62196_T2",
    "connector_format": "SOCKET",
    "connector_power_type": "AC_3_PHASE",
}
CDR = {
    **CHARGED,
    "id": "C1",
    "end_date_time": AT,
    "cdr_location": CDR_LOCATION,
    "charging_periods": [PERIOD],
    "total_cost": PRICE,
    "total_energy": 1,
    "total_time": 1,
    "last_updated": AT,
}
COMPONENT = {"type": "ENERGY", "price": 1, "step_size": 1}
TARIFF = {
    **OWNED,
    "id": "T1",
    "currency": "EUR",
    "elements": [{"price_components": [COMPONENT]}],
    "last_updated": AT,
}
AT_URL = {"response_url": "http://x.test/cb"}
PROFILE = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": 1}]}
SAMPLES: dict[ObjectKind, dict[str, Any]] = {
    ObjectKind.LOCATION: LOCATION,
    ObjectKind.EVSE: EVSE,
    ObjectKind.CONNECTOR: CONNECTOR,
    ObjectKind.SESSION: SESSION,
    ObjectKind.CDR: CDR,
    ObjectKind.TARIFF: TARIFF,
    ObjectKind.TOKEN: TOKEN,
    ObjectKind.CHARGING_PREFERENCES: {"profile_type": "FAST"},
    ObjectKind.LOCATION_REFERENCES: {"location_id": "L1", "evse_uids": ["E1"]},
    ObjectKind.AUTHORIZATION_INFO: {"allowed": "ALLOWED", "token": TOKEN},
    ObjectKind.CANCEL_RESERVATION: {**AT_URL, "reservation_id": "1"},
    ObjectKind.RESERVE_NOW: {
        **AT_URL,
        "token": TOKEN,
        "expiry_date": AT,
        "reservation_id": "1",
        "location_id": "L1",
    },
    ObjectKind.START_SESSION: {**AT_URL, "token": TOKEN, "location_id": "L1", "evse_uid": "E1"},
    ObjectKind.STOP_SESSION: {**AT_URL, "session_id": "S1"},
    ObjectKind.UNLOCK_CONNECTOR: {**AT_URL, "location_id": "L1", "evse_uid": "E1", "connector_id": "1"},
    ObjectKind.COMMAND_RESPONSE: {"result": "ACCEPTED", "timeout": 30},
    ObjectKind.COMMAND_RESULT: {"result": "ACCEPTED"},
    ObjectKind.SET_CHARGING_PROFILE: {**AT_URL, "charging_profile": PROFILE},
    ObjectKind.ACTIVE_CHARGING_PROFILE: {"start_date_time": AT, "charging_profile": PROFILE},
    ObjectKind.CHARGING_PROFILE_RESPONSE: {"result": "ACCEPTED", "timeout": 30},
    ObjectKind.CHARGING_PROFILE_RESULT: {"result": "ACCEPTED"},
    ObjectKind.CLIENT_INFO: {**OWNED, "role": "CPO", "status": "CONNECTED", "last_updated": AT},
}
"""One document of each kind in 2.2.1."""

KEPT = {("locations", "L1"): LOCATION, ("tokens", "T1"): TOKEN, ("contracts", "FR-MSP-1"): TOKEN}
_OLD = {"auth_id", "stop_date_time", "start_datetime", "end_datetime", "voltage", "amperage"}
_NEW = {"before_taxes", "taxes", "after_taxes", "tax_included"}
_LATER = {"contract_id", "cdr_token", "cdr_location", "end_date_time", "publish", "parking_type"}
FOREIGN = {
    V.V2_1_1: _NEW | _LATER | {"excl_vat", "incl_vat", "max_voltage", "max_amperage", *OWNED},
    V.V2_2: _OLD | _NEW,
    V.V2_2_1: _OLD | _NEW,
    V.V2_3_0: _OLD | {"excl_vat", "incl_vat"},
}
"""Members that a version calls by another name, or has not."""

_REVERSED = {ModuleID.TOKENS, ModuleID.COMMANDS, ModuleID.CHARGING_PROFILES}
"""The modules whose Sender interface is the eMSP's."""


def sample(kind: ObjectKind, version: VersionNumber) -> dict[str, Any]:
    context = Context(
        owner=MSP if kind in (ObjectKind.TOKEN, ObjectKind.AUTHORIZATION_INFO) else CPO,
        token_owner=MSP,
        token=TOKEN,
        tokens_of_contract=lambda _contract: [dict(TOKEN)],
        location_by_id=lambda _location: dict(LOCATION),
        reservation_number=reservation_number,
    )
    return dict(convert(kind, SAMPLES[kind], V.V2_2_1, version, context).value)


def names_in(value: Any) -> Iterator[str]:
    for name, inner in value.items() if type(value) is dict else ():
        yield name
        yield from names_in(inner)
    for inner in value if type(value) is list else ():
        yield from names_in(inner)


def strangers(value: Any, members: Members | None) -> Iterator[str]:
    if type(value) is list:
        for inner in value:
            yield from strangers(inner, members)
    elif type(value) is dict and members is not None:
        for name, inner in value.items():
            if name not in members:
                yield name
            else:
                yield from strangers(inner, members[name])


def assert_written_in(version: VersionNumber, kind: ObjectKind, value: Any) -> None:
    assert not FOREIGN[version] & set(names_in(value)), value
    if version in MEMBERS_OF:
        assert not list(strangers(value, MEMBERS_OF[version][kind])), value


def _path(operation: Operation) -> tuple[str, ...]:
    owned = operation.interface_role is InterfaceRole.RECEIVER and len(operation.path) > 1
    owner = MSP if operation.module is ModuleID.TOKENS else CPO
    first = {ModuleID.LOCATIONS: "L1", ModuleID.SESSIONS: "S1", ModuleID.CDRS: "C1"}.get(
        operation.module, "T1"
    )
    ids = iter([*((owner.country_code, owner.party_id) if owned else ()), first, "E1", "1"])
    return tuple(next(ids) if segment == "{}" else segment for segment in operation.path)


CASES = [
    pytest.param(
        operation,
        method,
        *pair,
        id=f"{operation.module}-{method}-{'/'.join(_path(operation))}-{pair[0]}-{pair[1]}",
    )
    for pair in permutations(VERSIONS, 2)
    for operation in OPERATIONS
    if set(pair) <= operation.versions
    for method in sorted(operation.methods)
    if contents_of(operation.module, operation.interface_role, method, _path(operation)) is not None
]


def _request(contents: Contents, version: VersionNumber) -> bytes:
    if contents.request is None:
        return b""
    whole = sample(contents.request, version)
    if contents.patch:
        whole = {
            name: whole[name] for name in ("last_updated", "total_cost", "valid", "name") if name in whole
        }
    return json.dumps(whole, default=float).encode()


def _answer(contents: Contents, version: VersionNumber, method: str) -> bytes:
    kind = contents.request if contents.patch and method == "GET" else contents.answer
    data: Any = None if kind is None else sample(kind, version)
    if contents.page:
        data = [data]
    return json.dumps({"status_code": 1000, "data": data, "timestamp": AT}, default=float).encode()


@pytest.mark.parametrize(("operation", "method", "spoken", "wanted"), CASES)
async def test_each_side_gets_what_its_version_defines(
    make_relay: Callable[..., Relay],
    operation: Operation,
    method: str,
    spoken: VersionNumber,
    wanted: VersionNumber,
) -> None:
    role, path = operation.interface_role, _path(operation)
    contents = contents_of(operation.module, role, method, path)
    assert contents is not None
    asked_of_owner = (role is InterfaceRole.SENDER) == (operation.module not in _REVERSED)
    sender, receiver = (MSP, CPO) if asked_of_owner else (CPO, MSP)
    if V.V2_1_1 in (spoken, wanted) and contents.request is ObjectKind.CANCEL_RESERVATION:
        pytest.skip("2.1.1 has no such command")
    requests, delivered = await make_relay(spoken, wanted, KEPT).send(
        operation.module,
        role,
        method,
        path,
        _request(contents, spoken),
        lambda routed: _answer(contents, wanted, routed.received.method),
        sender=sender,
        receiver=receiver,
    )
    sent = requests[-1]
    assert (sent.conversion or "").startswith(f"{spoken}->{wanted}")
    if contents.request is not None:
        assert_written_in(wanted, contents.request, json.loads(sent.body, parse_float=Decimal))
    data = json.loads(delivered.answer.body)["data"]
    if contents.answer is not None:
        assert data
        assert_written_in(spoken, contents.answer, data)


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        (kind, version)
        for kind in SAMPLES
        for version in VERSIONS
        if version is not V.V2_1_1 or kind in MEMBERS_OF[version]
    ],
)
def test_the_samples_are_of_their_versions(kind: ObjectKind, version: VersionNumber) -> None:
    assert_written_in(version, kind, sample(kind, version))


@pytest.mark.parametrize("spoken", VERSIONS[1:])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_charging_profile_at_2_1_1_is_not_supported(
    make_relay: Callable[..., Relay], method: str, spoken: VersionNumber
) -> None:
    body = json.dumps(SAMPLES[ObjectKind.SET_CHARGING_PROFILE]).encode() if method == "PUT" else b""
    role, path = InterfaceRole.RECEIVER, ("S1",)
    requests, delivered = await make_relay(spoken, V.V2_1_1, KEPT).send(
        ModuleID.CHARGING_PROFILES, role, method, path, body, lambda _routed: b"", sender=MSP, receiver=CPO
    )
    assert requests == []
    assert json.loads(delivered.answer.body)["data"] == {"result": "NOT_SUPPORTED", "timeout": 0}
