"""The typed calls: a signature serves one purpose, contract, chain and nonce, until its deadline."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import Evm, refused
from contracts.tests.network import CPO, OPERATOR, RELAY, RIVAL, Network
from contracts.tests.people import ORDER, mirrored
from contracts.tests.purposes import PURPOSES, STAMP, Purpose
from eth_utils.crypto import keccak

from ocn.chain.artifacts import load

every_purpose = pytest.mark.parametrize("purpose", PURPOSES, ids=lambda purpose: purpose.struct)


def _listed() -> Network:
    network = Network(Evm())
    network.list_all()
    network.permissions.send(CPO.address, "createAgreement", CPO.address)
    return network


@pytest.fixture
def listed() -> Network:
    return _listed()


@every_purpose
def test_typed_call_does_what_the_direct_call_does_and_uses_one_nonce(
    listed: Network, purpose: Purpose
) -> None:
    directly = purpose.send_directly(_listed())

    receipt = purpose.send(listed, purpose.sign(listed))

    assert receipt.logs == directly.logs
    assert purpose.on(listed).read("nonces", purpose.signer.address) == 1
    assert purpose.on(listed).read("nonces", RELAY.address) == 0


@every_purpose
def test_typed_call_sent_twice_is_refused(listed: Network, purpose: Purpose) -> None:
    vrs = purpose.sign(listed)
    purpose.send(listed, vrs)

    with refused(purpose.mismatch):
        purpose.send(listed, vrs)


@every_purpose
@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": 1},
        {"_chainId": 246},
        {"_verifyingContract": RIVAL.address},
        {"_name": "OCN"},
        {"_version": "2"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_typed_call_signed_for_something_else_is_refused(
    listed: Network, purpose: Purpose, changed: dict[str, Any]
) -> None:
    with refused(purpose.mismatch):
        purpose.send(listed, purpose.sign(listed, **changed))


@every_purpose
def test_typed_call_signed_for_the_other_contract_is_refused(listed: Network, purpose: Purpose) -> None:
    other = listed.permissions if purpose.on(listed) is listed.registry else listed.registry

    with refused(purpose.mismatch):
        purpose.send(listed, purpose.sign(listed, _verifyingContract=other.address))


@every_purpose
def test_typed_call_is_refused_once_its_deadline_has_passed(listed: Network, purpose: Purpose) -> None:
    vrs, deadline = purpose.sign(listed), listed.evm.now
    listed.evm.set_time(deadline + 1)

    with refused("Signature expired."):
        purpose.send(listed, vrs, deadline)
    with refused(purpose.mismatch):
        purpose.send(listed, vrs, deadline + 1)


@every_purpose
def test_typed_call_is_refused_on_the_other_side_of_a_fork(listed: Network, purpose: Purpose) -> None:
    vrs = purpose.sign(listed)
    listed.evm.fork(chain_id=10)

    with refused(purpose.mismatch):
        purpose.send(listed, vrs)

    purpose.send(listed, purpose.sign(listed))


@every_purpose
def test_typed_call_signed_for_another_purpose_of_the_same_shape_is_refused(
    listed: Network, purpose: Purpose
) -> None:
    fields = purpose.fields | STAMP
    message = dict(zip(purpose.fields, purpose.values, strict=True)) | {
        "nonce": 0,
        "deadline": listed.evm.now,
    }
    vrs = purpose.signer.sign_typed(listed.domain_data(purpose.on(listed)), "Anything", fields, message)

    with refused(purpose.mismatch):
        purpose.send(listed, vrs)


@pytest.mark.parametrize(("signed", "sent"), [(7, 8), (8, 7), (1, 4), (4, 1)])
def test_typed_signature_of_one_purpose_does_not_serve_its_neighbour(
    listed: Network, signed: int, sent: int
) -> None:
    signed_for, sent_to = PURPOSES[signed], PURPOSES[sent]
    vrs = signed_for.sign(listed, signer=sent_to.signer)

    with refused(sent_to.mismatch):
        sent_to.send(listed, vrs)


@every_purpose
def test_typed_call_signed_by_somebody_else_is_refused(listed: Network, purpose: Purpose) -> None:
    with refused(purpose.mismatch):
        purpose.send(listed, purpose.sign(listed, signer=RIVAL))


@every_purpose
def test_typed_call_is_refused_if_any_argument_was_changed(listed: Network, purpose: Purpose) -> None:
    other: dict[str, Any] = {
        "address": RELAY.address,
        "string": "http://other",
        "bytes2": b"XX",
        "bytes3": b"XXX",
        "uint8[]": (3,),
        "uint256[]": (3,),
    }
    for name, kind in purpose.fields.items():
        vrs = purpose.sign(listed, **{name: other[kind]})

        with refused(purpose.mismatch):
            purpose.send(listed, vrs)


@every_purpose
def test_typed_call_with_s_on_the_high_side_is_refused(listed: Network, purpose: Purpose) -> None:
    with refused("Invalid signature."):
        purpose.send(listed, mirrored(purpose.sign(listed)))


@every_purpose
@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_typed_call_with_another_v_than_27_or_28_is_refused(
    listed: Network, purpose: Purpose, v: int
) -> None:
    _, r, s = purpose.sign(listed)

    with refused("Invalid signature."):
        purpose.send(listed, (v, r, s))


@every_purpose
def test_typed_call_for_the_zero_address_is_refused(listed: Network, purpose: Purpose) -> None:
    values = (NOBODY, *purpose.values[1:])
    unrecoverable = (27, bytes(32), (ORDER // 2).to_bytes(32, "big"))

    for vrs, reason in (
        ((0, bytes(32), bytes(32)), "Invalid signature."),
        (unrecoverable, "Invalid signature."),
        (purpose.sign(listed), purpose.mismatch),
    ):
        with refused(reason):
            purpose.on(listed).send(RELAY.address, f"{purpose.function}BySig", *values, listed.evm.now, *vrs)


def test_typed_call_refused_for_its_content_leaves_the_nonce(listed: Network) -> None:
    purpose = PURPOSES[0]
    listed.list_node(RIVAL, "http://ü.example")

    with refused("Domain name already registered."):
        purpose.send(listed, purpose.sign(listed))

    assert listed.registry.read("nonces", OPERATOR.address) == 0


def test_nonces_of_both_contracts_and_of_all_signers_are_apart(listed: Network) -> None:
    for purpose in (PURPOSES[2], PURPOSES[6]):
        purpose.send(listed, purpose.sign(listed))

    assert listed.registry.read("nonces", CPO.address) == 1
    assert listed.permissions.read("nonces", CPO.address) == 1
    assert listed.registry.read("nonces", OPERATOR.address) == 0


def test_typed_calls_of_one_signer_go_in_the_order_of_their_nonces(listed: Network) -> None:
    second, first = PURPOSES[4], PURPOSES[3]
    vrs = second.sign(listed, nonce=1)
    with refused(second.mismatch):
        second.send(listed, vrs)
    first.send(listed, first.sign(listed))

    second.send(listed, vrs)

    assert listed.registry.read("getOperatorByAddress", CPO.address) == (NOBODY, "")


@pytest.mark.parametrize("contract", ["Registry", "Permissions"])
def test_contract_tells_its_domain(network: Network, contract: str) -> None:
    spoken_to = network.registry if contract == "Registry" else network.permissions
    data = network.domain_data(spoken_to)

    network.evm.fork(chain_id=246)

    assert spoken_to.read("eip712Domain") == (
        *(b"\x0f", f"OCN {contract}", "1"),
        *(246, spoken_to.address, bytes(32), ()),
    )
    kind = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    separator = keccak(
        kind
        + keccak(text=data["name"])
        + keccak(text="1")
        + (246).to_bytes(32, "big")
        + bytes.fromhex(spoken_to.address[2:]).rjust(32, b"\0")
    )
    assert spoken_to.read("DOMAIN_SEPARATOR") == separator


def test_every_raw_call_has_a_typed_twin() -> None:
    raw = {
        e["name"][:-3]
        for n in ("Registry", "Permissions")
        for e in load(n).abi
        if e.get("name", "").endswith("Raw")
    }

    assert raw == {purpose.function for purpose in PURPOSES}
