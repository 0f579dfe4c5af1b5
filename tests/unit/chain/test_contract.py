"""Selectors as the existing clients have them, and calls to bytes and back."""

import pytest

from ocn.chain.contract import Contract, topic
from ocn.chain.errors import ChainError
from ocn.registry.reading import PERMISSIONS, REGISTRY

SELECTORS = {
    REGISTRY: """85cb8602 setNode 99bd6901 setNodeRaw acaef0e0 deleteNode 6c265bbc deleteNodeRaw
        9d209048 getNode 66acaa33 getNodeOperators a7bcc11d setParty 492dbcc5 setPartyRaw
        b2dbadcb setPartyModules b29d6515 setPartyModulesRaw bdb81078 deleteParty 66e706fb deletePartyRaw
        88cf72a0 getOperatorByAddress 7a091aa5 getOperatorByOcpi df516128 getPartyDetailsByAddress
        a5b5ffbb getPartyDetailsByOcpi a8311aa8 getParties 2d8fe452 adminDeleteOperator
        d63a84d4 adminDeleteParty 8da5cb5b owner 8f32d59b isOwner f2fde38b transferOwnership
        715018a6 renounceOwnership""",
    PERMISSIONS: """a45469d1 setService 29cc2b23 setServiceRaw 15a52302 getService 5fce7138 deleteService
        5a9da7f1 deleteServiceRaw edc922a9 getProviders 50f3fc81 providers 884eb949 createAgreement
        340f1e7c createAgreementRaw cdebf96e revokeAgreement 5c0f93bb revokeAgreementRaw
        38f7e0e1 getUserAgreementsByAddress 674a730d getUserAgreementsByOcpi
        b5d9f61f hasUserAgreementByAddress 23db5e8c hasUserAgreementByOcpi""",
}
ROWS = [
    (contract, *pair)
    for contract, table in SELECTORS.items()
    for pair in zip(table.split()[::2], table.split()[1::2], strict=True)
]


@pytest.mark.parametrize(("contract", "selector", "name"), ROWS)
def test_selector_is_that_of_existing_clients(contract: Contract, selector: str, name: str) -> None:
    assert contract[name].selector.hex() == selector


def test_topics_are_those_of_existing_clients() -> None:
    assert topic("OperatorUpdate(address,string)").hex().startswith("b1f254c0")
    party = "PartyUpdate(bytes2,bytes3,address,uint8[],uint8[],uint8[],address)"
    assert topic(party).hex().startswith("f692507b")
    assert topic("ServiceUpdate(string,string,uint256[],address)").hex().startswith("533987f1")
    assert topic("ServiceAgreement(address,address)").hex().startswith("91aba333")


@pytest.mark.parametrize("argument", [1, None, "0x12", b"x" * 21])
def test_argument_of_another_type_is_refused_by_name(argument: object) -> None:
    with pytest.raises(ChainError, match=r"getNode\(address\)"):
        REGISTRY["getNode"].encode(argument)


@pytest.mark.parametrize("data", [b"", b"\0" * 31, b"\xff" * 64])
def test_result_that_cannot_be_read_hints_at_the_address(data: bytes) -> None:
    with pytest.raises(ChainError) as caught:
        REGISTRY["getNode"].decode(data)
    assert caught.value.hint is not None
    assert "address" in caught.value.hint


def test_struct_results_are_read_by_position() -> None:
    assert REGISTRY["getNodesPaged"].outputs == ("(address,string)[]",)


def test_overloaded_abi_is_refused() -> None:
    entry = {"type": "function", "name": "f", "inputs": [], "outputs": []}
    with pytest.raises(ValueError, match="overloaded"):
        Contract([entry, entry])
