"""The raw calls: what existing clients sign is accepted, whoever sends it; and nothing else."""

from dataclasses import dataclass
from typing import Any

import pytest
from contracts.tests.contract import NOBODY, Contract
from contracts.tests.evm import Reverted, refused
from contracts.tests.network import CPO, EMSP, NODE, OPERATOR, RELAY, RIVAL, Network
from contracts.tests.people import Person, mirrored, raw_address, words

SIGNER_IS_NOT_THE_PARTY = "Signer and provided party address different."
SIGNER_IS_NOT_THE_OPERATOR = "Signer and provided operator address different."
SIGNER_IS_NOT_THE_PROVIDER = "Signer and provided provider address different."


@dataclass(frozen=True)
class RawCall:
    """A raw call that can be carried out once everybody is listed, and its direct twin."""

    contract: str
    function: str
    signer: Person
    arguments: tuple[Any, ...]
    packed: bytes
    direct: tuple[Any, ...]
    mismatch: str | None

    def on(self, network: Network) -> Contract:
        return network.registry if self.contract == "Registry" else network.permissions


CALLS = [
    RawCall(
        *("Registry", "setNode", OPERATOR, (OPERATOR.address, "http://ü.example")),
        raw_address(OPERATOR.address) + "http://ü.example".encode(),
        ("http://ü.example",),
        SIGNER_IS_NOT_THE_OPERATOR,
    ),
    RawCall(
        *("Registry", "deleteNode", OPERATOR, (OPERATOR.address,), raw_address(OPERATOR.address), ()),
        SIGNER_IS_NOT_THE_OPERATOR,
    ),
    RawCall(
        *("Registry", "setParty", CPO, (CPO.address, b"NL", b"CPX", (0, 6), OPERATOR.address)),
        raw_address(CPO.address) + b"NLCPX" + words(0, 6) + raw_address(OPERATOR.address),
        (b"NL", b"CPX", (0, 6), OPERATOR.address),
        SIGNER_IS_NOT_THE_PARTY,
    ),
    RawCall(
        *("Registry", "setPartyModules", CPO, (CPO.address, (1,), (2, 3))),
        raw_address(CPO.address) + words(1, 2, 3),
        ((1,), (2, 3)),
        SIGNER_IS_NOT_THE_PARTY,
    ),
    RawCall(
        *("Registry", "setPartyModules", CPO, (CPO.address, (), ()), raw_address(CPO.address), ((), ())),
        SIGNER_IS_NOT_THE_PARTY,
    ),
    RawCall(
        *("Registry", "deleteParty", CPO, (CPO.address,), raw_address(CPO.address), ()),
        SIGNER_IS_NOT_THE_PARTY,
    ),
    RawCall(
        *(
            "Permissions",
            "setService",
            EMSP,
            ("näme", "http://url", (0, 16)),
            "nämehttp://url".encode() + words(0, 16),
        ),
        ("näme", "http://url", (0, 16)),
        None,
    ),
    RawCall(*("Permissions", "setService", EMSP, ("", "", (7,)), words(7), ("", "", (7,)), None)),
    RawCall(
        *("Permissions", "deleteService", CPO, (CPO.address,), raw_address(CPO.address), ()),
        SIGNER_IS_NOT_THE_PROVIDER,
    ),
    RawCall(
        *("Permissions", "createAgreement", EMSP, (CPO.address,), raw_address(CPO.address), (CPO.address,)),
        None,
    ),
    RawCall(
        *("Permissions", "revokeAgreement", CPO, (CPO.address,), raw_address(CPO.address), (CPO.address,)),
        None,
    ),
]

every_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.function)
named_signer = pytest.mark.parametrize(
    "call", [call for call in CALLS if call.mismatch], ids=lambda call: call.function
)


@pytest.fixture
def listed(network: Network) -> Network:
    network.list_all()
    network.permissions.send(CPO.address, "createAgreement", CPO.address)
    return network


@every_call
@pytest.mark.parametrize("high_s", [False, True])
def test_raw_call_does_and_logs_what_the_direct_call_does(
    listed: Network, call: RawCall, high_s: bool
) -> None:
    twin = Network(type(listed.evm)())
    twin.list_all()
    twin.permissions.send(CPO.address, "createAgreement", CPO.address)
    directly = call.on(twin).send(call.signer.address, call.function, *call.direct)
    vrs = call.signer.sign_packed(call.packed)

    receipt = call.on(listed).send(
        RELAY.address, f"{call.function}Raw", *call.arguments, *(mirrored(vrs) if high_s else vrs)
    )

    assert receipt.logs == directly.logs
    assert _everything(listed) == _everything(twin)


@every_call
@pytest.mark.parametrize("v", [0, 1, 26, 29])
def test_raw_call_with_a_v_that_recovers_nobody_changes_nothing(
    listed: Network, call: RawCall, v: int
) -> None:
    _, r, s = call.signer.sign_packed(call.packed)

    _refused_without_effect(listed, call, call.arguments, (v, r, s))


@named_signer
def test_raw_call_signed_by_somebody_else_is_refused(listed: Network, call: RawCall) -> None:
    reason = _refused_without_effect(listed, call, call.arguments, RIVAL.sign_packed(call.packed))

    assert reason == call.mismatch


@named_signer
def test_raw_call_for_an_account_that_did_not_sign_is_refused(listed: Network, call: RawCall) -> None:
    arguments = (EMSP.address, *call.arguments[1:])

    reason = _refused_without_effect(listed, call, arguments, call.signer.sign_packed(call.packed))

    assert reason == call.mismatch


@named_signer
def test_raw_call_checks_the_signer_before_anything_else(network: Network, call: RawCall) -> None:
    reason = _refused_without_effect(network, call, call.arguments, RIVAL.sign_packed(call.packed))

    assert reason == call.mismatch


@named_signer
def test_raw_call_in_the_name_of_nobody_is_refused(listed: Network, call: RawCall) -> None:
    arguments = (NOBODY, *call.arguments[1:])

    reason = _refused_without_effect(listed, call, arguments, (0, bytes(32), bytes(32)))

    assert reason == call.mismatch


def test_raw_call_with_another_domain_than_signed_is_refused(network: Network) -> None:
    vrs = OPERATOR.sign_packed(raw_address(OPERATOR.address) + NODE.encode())

    with refused(SIGNER_IS_NOT_THE_OPERATOR):
        network.registry.send(RELAY.address, "setNodeRaw", OPERATOR.address, NODE + "/", *vrs)

    assert network.registry.read("getNodeOperators") == ()


def _refused_without_effect(
    network: Network, call: RawCall, arguments: tuple[Any, ...], vrs: tuple[int, bytes, bytes]
) -> str | None:
    before = _everything(network)
    with pytest.raises(Reverted) as reverted:
        call.on(network).send(RELAY.address, f"{call.function}Raw", *arguments, *vrs)
    assert _everything(network) == before
    return reverted.value.reason


def _everything(network: Network) -> list[Any]:
    """What can be read of everybody who could be touched."""
    registry, permissions = network.registry, network.permissions
    seen: list[Any] = [
        registry.read("getNodesPaged", 0, 32),
        registry.read("getPartiesPaged", 0, 32),
        permissions.read("getProvidersPaged", 0, 32),
    ]
    return seen + [
        permissions.read("getUserAgreementsByAddress", person.address)
        for person in (OPERATOR, CPO, EMSP, RIVAL, RELAY)
    ]
