"""Side by side with the contracts that existing clients were built against.

Views answer byte for byte the same. Events and texts are compared as decoded, because the original wraps some
of them in more than belongs there: noise behind a text, an extra word behind an empty domain.
Every act here is one the original gets right; what it gets wrong stands in test_fixed_defects. Its creation
code comes with the npm package of the existing client; without that these tests are skipped.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from contracts.tests.contract import NOBODY, Event
from contracts.tests.evm import Evm, Reverted, refused
from contracts.tests.network import ADMIN, CPO, EMSP, NODE, OPERATOR, RELAY, RIVAL, Network
from contracts.tests.people import Person, raw_address, words

from ocn.chain.artifacts import load

PACKAGE = Path(__file__).resolve().parents[2] / "tests/npm/node_modules/@shareandcharge/ocn-registry"
DEFINITIONS = PACKAGE / "contract.defs.local.json"

pytestmark = [
    pytest.mark.npm,
    pytest.mark.skipif(
        not DEFINITIONS.exists(), reason="the npm package @shareandcharge/ocn-registry is absent"
    ),
]

Call = tuple[str, tuple[Any, ...]]
Act = tuple[Person, str, tuple[Any, ...]]
NEW = {"ServiceDeleted", "AgreementCreated", "AgreementRevoked"}
JUNK = (0, bytes(32), bytes(32))
SERVICE = ("Cöpies", "http://copies.example", (0, 3, 2**255))


def _signed(signer: Person, function: str, arguments: tuple[Any, ...], packed: bytes) -> Act:
    return RELAY, f"{function}Raw", (*arguments, *signer.sign_packed(packed))


def _acts() -> list[Act]:
    """A history that comes by every function and every text."""
    operator, rival, cpo, emsp = (p.address for p in (OPERATOR, RIVAL, CPO, EMSP))
    cpo_bytes, operator_bytes, rival_bytes = map(raw_address, (cpo, operator, rival))
    party = (b"DE", b"CPO", (0, 6, 0), operator)
    return [
        (OPERATOR, "setNode", ("",)),
        (OPERATOR, "deleteNode", ()),
        (OPERATOR, "setNode", (NODE,)),
        (OPERATOR, "setNode", (NODE,)),
        (RIVAL, "setNode", (NODE,)),
        _signed(RIVAL, "setNode", (rival, "http://ü.example"), rival_bytes + "http://ü.example".encode()),
        (CPO, "setParty", (b"\0\0", b"\0\0\0", (), NOBODY)),
        (CPO, "setParty", (b"DE", b"\0\0\0", (), NOBODY)),
        (CPO, "setParty", (b"DE", b"CPO", (), NOBODY)),
        (CPO, "setParty", (b"DE", b"CPO", (0,), NOBODY)),
        (CPO, "setParty", (b"DE", b"CPO", (0,), cpo)),
        (CPO, "setParty", (b"DE", b"CPO", (7,), operator)),
        (CPO, "setPartyModules", ((), ())),
        (CPO, "deleteParty", ()),
        (CPO, "setParty", party),
        (EMSP, "setParty", (b"DE", b"CPO", (1,), operator)),
        (CPO, "setPartyModules", ((0, 1, 2, 3, 4, 5, 6), (6,) * 16)),
        (CPO, "setPartyModules", ((7,), ())),
        _signed(CPO, "setPartyModules", (cpo, (1,), (2, 3)), cpo_bytes + words(1, 2, 3)),
        _signed(EMSP, "setPartyModules", (cpo, (1,), (2, 3)), cpo_bytes + words(1, 2, 3)),
        _signed(
            EMSP,
            "setParty",
            (emsp, b"DE", b"MSP", (1,), rival),
            raw_address(emsp) + b"DEMSP" + words(1) + rival_bytes,
        ),
        _signed(EMSP, "setParty", (cpo, *party), b"something else"),
        (RELAY, "setPartyRaw", (cpo, *party, *JUNK)),
        (CPO, "setService", ("", "", ())),
        (RELAY, "setService", SERVICE),
        (CPO, "setService", SERVICE),
        _signed(EMSP, "setService", ("", "ü", (1,)), "ü".encode() + words(1)),
        (RELAY, "setServiceRaw", ("", "", (1,), *JUNK)),
        (RELAY, "createAgreement", (cpo,)),
        (EMSP, "createAgreement", (rival,)),
        (EMSP, "revokeAgreement", (cpo,)),
        (EMSP, "createAgreement", (cpo,)),
        (EMSP, "createAgreement", (cpo,)),
        _signed(CPO, "createAgreement", (emsp,), raw_address(emsp)),
        (RELAY, "createAgreementRaw", (cpo, *JUNK)),
        (EMSP, "revokeAgreement", (rival,)),
        (RELAY, "revokeAgreement", (cpo,)),
        (CPO, "setParty", (*party[:2], (1,), rival)),
        (RIVAL, "deleteNode", ()),
        (CPO, "setPartyModules", ((1,), ())),
        (CPO, "setParty", (*party[:2], (1,), rival)),
        _signed(OPERATOR, "deleteNode", (operator,), operator_bytes),
        _signed(CPO, "deleteService", (cpo,), cpo_bytes),
        _signed(CPO, "deleteService", (cpo,), cpo_bytes),
        (EMSP, "revokeAgreement", (cpo,)),
        (RIVAL, "deleteService", ()),
        _signed(CPO, "deleteParty", (cpo,), cpo_bytes),
        _signed(CPO, "deleteParty", (cpo,), cpo_bytes),
        _signed(RIVAL, "deleteParty", (cpo,), cpo_bytes),
        (OPERATOR, "setNode", (NODE + "/again",)),
        (CPO, "setParty", party),
        (RIVAL, "adminDeleteParty", (b"DE", b"CPO")),
        (RIVAL, "adminDeleteOperator", (operator,)),
        (ADMIN, "adminDeleteParty", (b"XX", b"XXX")),
        (ADMIN, "adminDeleteParty", (b"DE", b"CPO")),
        (ADMIN, "adminDeleteOperator", (rival,)),
        (ADMIN, "adminDeleteOperator", (operator,)),
        (ADMIN, "transferOwnership", (NOBODY,)),
        (ADMIN, "transferOwnership", (rival,)),
        (ADMIN, "transferOwnership", (rival,)),
        (RIVAL, "renounceOwnership", ()),
        (RIVAL, "renounceOwnership", ()),
    ]


@pytest.fixture(scope="module")
def original() -> Network:
    return Network(Evm(), _original_codes())


def _original_codes() -> tuple[bytes, bytes]:
    definitions = json.loads(DEFINITIONS.read_text(encoding="utf-8"))
    registry, permissions = (
        bytes.fromhex(definitions[name]["bytecode"].removeprefix("0x"))
        for name in ("Registry", "Permissions")
    )
    return registry, permissions


def test_whole_history_leaves_the_same_answers_events_and_texts(original: Network) -> None:
    ours = Network(Evm())

    acts = _acts()
    for number, act in enumerate(acts, 1):
        assert _outcome(ours, act) == _outcome(original, act), (number, act[1])
        if number % 8 == 0 or number == len(acts):
            assert _reads(ours) == _reads(original), (number, act[1])


def _outcome(network: Network, act: Act) -> tuple[bytes, list[Event]] | str | None:
    """What came back and the events both know, or the text of refusal; addresses are equal on both chains."""
    sender, function, arguments = act
    contract = network.permissions if "Service" in function or "Agreement" in function else network.registry
    try:
        receipt = contract.send(sender.address, function, *arguments)
    except Reverted as reverted:
        return reverted.reason
    return receipt.output, [event for event in contract.events(receipt) if event[0] not in NEW]


def _reads(network: Network) -> list[bytes]:
    """Every view of everything, as the bytes that came back."""
    people = [p.address for p in (OPERATOR, RIVAL, CPO, EMSP, RELAY)] + [NOBODY]
    ids = [(b"DE", b"CPO"), (b"DE", b"MSP"), (b"XX", b"XXX")]
    by_address = ["getNode", "getOperatorByAddress", "getPartyDetailsByAddress"]
    registry: list[Call] = [(f, (person,)) for f in by_address for person in people]
    registry += [(f, key) for f in ("getOperatorByOcpi", "getPartyDetailsByOcpi") for key in ids]
    registry += [(f, ()) for f in ("getNodeOperators", "getParties", "owner", "isOwner")]
    by_user = ["getService", "getUserAgreementsByAddress"]
    permissions: list[Call] = [(f, (p,)) for f in by_user for p in people]
    permissions += [("hasUserAgreementByAddress", (u, p)) for u in people for p in people]
    permissions += [("hasUserAgreementByOcpi", (*key, p)) for key in ids for p in people]
    permissions += [("getUserAgreementsByOcpi", key) for key in ids] + [("getProviders", ())]
    return [
        network.evm.call(RIVAL.address, contract.address, contract.encode(function, *arguments))
        for contract, calls in ((network.registry, registry), (network.permissions, permissions))
        for function, arguments in calls
    ]


def test_our_permissions_serve_an_original_registry_whose_texts_have_no_bounds() -> None:
    mixed = Network(Evm(), (_original_codes()[0], load("Permissions").bytecode))
    mixed.list_node(domain="http://" + "n" * 500)
    mixed.list_party(roles=(0,) * 20)

    mixed.permissions.send(CPO.address, "setService", *SERVICE)
    mixed.permissions.send(CPO.address, "createAgreement", CPO.address)

    assert mixed.permissions.read("getService", CPO.address) == (b"DE", b"CPO", *SERVICE)
    assert mixed.permissions.read("hasUserAgreementByOcpi", b"DE", b"CPO", CPO.address)


def test_nobody_stays_nobody_even_where_an_original_registry_lists_it() -> None:
    mixed = Network(Evm(), (_original_codes()[0], load("Permissions").bytecode))
    mixed.list_node()
    mixed.registry.send(RELAY.address, "setPartyRaw", NOBODY, b"XX", b"XXX", (0,), OPERATOR.address, *JUNK)

    with refused("Trying to register a service without party listing in Registry."):
        mixed.permissions.send(RELAY.address, "setServiceRaw", *SERVICE, *JUNK)
