"""What owners sign: the packing of existing clients, and EIP-712 by an independent implementation."""

from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry import calls
from ocn.registry.calls import OWNER, Change
from ocn.registry.reading import PERMISSIONS, REGISTRY
from ocn.registry.signatures import packed_digest, typed_digest
from ocn.signing.hashes import personal_digest

OWN = "0x" + "A1" * 20
OTHER = "0x" + "b2" * 20
CHANGES = [
    calls.set_node("https://nöde.example"),
    calls.delete_node(),
    calls.set_party(PartyId("de", "abc"), (Role.CPO, Role.SCSP), OTHER),
    calls.set_party_modules((ModuleID.TOKENS,), (ModuleID.CDRS, ModuleID.LOCATIONS)),
    calls.set_party_modules((), ()),
    calls.delete_party(),
    calls.set_service("Name", "https://s.example", (0, 16, 2**255)),
    calls.delete_service(),
    calls.create_agreement(OTHER),
    calls.revoke_agreement(OTHER),
]


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


OWN_BYTES, OTHER_BYTES = bytes.fromhex(OWN[2:]), bytes.fromhex(OTHER[2:])
PACKED = [
    OWN_BYTES + "https://nöde.example".encode(),
    OWN_BYTES,
    OWN_BYTES + b"DEABC" + word(0) + word(6) + OTHER_BYTES,
    OWN_BYTES + word(6) + word(0) + word(3),
    OWN_BYTES,
    OWN_BYTES,
    b"Namehttps://s.example" + word(0) + word(16) + word(2**255),
    OWN_BYTES,
    OTHER_BYTES,
    OTHER_BYTES,
]


@pytest.mark.parametrize(("change", "packed"), list(zip(CHANGES, PACKED, strict=True)))
def test_raw_signature_covers_the_packed_fields(change: Change, packed: bytes) -> None:
    assert packed_digest(change, OWN) == personal_digest(keccak(packed))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.function)
def test_typed_digest_equals_that_of_an_independent_implementation(change: Change) -> None:
    names = [*((kind, name) for kind, name, _ in change.typed), ("uint256", "nonce"), ("uint256", "deadline")]
    message: dict[str, Any] = {name: OWN if value is OWNER else value for _, name, value in change.typed}
    domain = {
        "name": change.target.value,
        "version": "1",
        "chainId": 246,
        "verifyingContract": "0x" + "33" * 20,
    }
    types = {change.struct: [{"name": name, "type": kind} for kind, name in names]}
    signable = encode_typed_data(domain, types, message | {"nonce": 7, "deadline": 1_800_000_000})
    theirs = keccak(b"\x19\x01" + signable.header + signable.body)
    ours = typed_digest(
        change,
        OWN,
        nonce=7,
        deadline=1_800_000_000,
        chain_id=246,
        contract=domain["verifyingContract"],  # type: ignore[arg-type]  # a text among numbers
    )
    assert ours == theirs


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.function)
def test_every_door_of_every_change_exists_in_the_contract(change: Change) -> None:
    contract = REGISTRY if change.target is calls.Target.REGISTRY else PERMISSIONS
    plain = len(change.arguments)
    assert len(contract[change.function].inputs) == plain
    assert len(contract[f"{change.function}Raw"].inputs) == plain + change.raw_lead + 3
    assert contract[f"{change.function}BySig"].inputs[0] == "address"
    assert len(contract[f"{change.function}BySig"].inputs) == plain + 1 + 1 + 3
