"""The public interface that existing clients were built against, as data."""

from typing import Any

import pytest
from contracts.tests.contract import canonical, signature
from eth_utils.crypto import keccak

from ocn.chain.artifacts import ContractName, load

#: selector, name, arguments, mutability, results
FUNCTIONS: dict[ContractName, str] = {
    "Registry": """
        85cb8602 setNode(string) nonpayable ()
        99bd6901 setNodeRaw(address,string,uint8,bytes32,bytes32) nonpayable ()
        acaef0e0 deleteNode() nonpayable ()
        6c265bbc deleteNodeRaw(address,uint8,bytes32,bytes32) nonpayable ()
        9d209048 getNode(address) view (string)
        66acaa33 getNodeOperators() view (address[])
        a7bcc11d setParty(bytes2,bytes3,uint8[],address) nonpayable ()
        492dbcc5 setPartyRaw(address,bytes2,bytes3,uint8[],address,uint8,bytes32,bytes32) nonpayable ()
        b2dbadcb setPartyModules(uint8[],uint8[]) nonpayable ()
        b29d6515 setPartyModulesRaw(address,uint8[],uint8[],uint8,bytes32,bytes32) nonpayable ()
        bdb81078 deleteParty() nonpayable ()
        66e706fb deletePartyRaw(address,uint8,bytes32,bytes32) nonpayable ()
        88cf72a0 getOperatorByAddress(address) view (address,string)
        7a091aa5 getOperatorByOcpi(bytes2,bytes3) view (address,string)
        df516128 getPartyDetailsByAddress(address) view (bytes2,bytes3,uint8[],uint8[],uint8[],address,string)
        a5b5ffbb getPartyDetailsByOcpi(bytes2,bytes3) view (address,uint8[],uint8[],uint8[],address,string)
        a8311aa8 getParties() view (address[])
        2d8fe452 adminDeleteOperator(address) nonpayable ()
        d63a84d4 adminDeleteParty(bytes2,bytes3) nonpayable ()
        8da5cb5b owner() view (address)
        8f32d59b isOwner() view (bool)
        f2fde38b transferOwnership(address) nonpayable ()
        715018a6 renounceOwnership() nonpayable ()
    """,
    "Permissions": """
        a45469d1 setService(string,string,uint256[]) nonpayable ()
        29cc2b23 setServiceRaw(string,string,uint256[],uint8,bytes32,bytes32) nonpayable ()
        15a52302 getService(address) view (bytes2,bytes3,string,string,uint256[])
        5fce7138 deleteService() nonpayable ()
        5a9da7f1 deleteServiceRaw(address,uint8,bytes32,bytes32) nonpayable ()
        edc922a9 getProviders() view (address[])
        50f3fc81 providers(uint256) view (address)
        884eb949 createAgreement(address) nonpayable ()
        340f1e7c createAgreementRaw(address,uint8,bytes32,bytes32) nonpayable ()
        cdebf96e revokeAgreement(address) nonpayable ()
        5c0f93bb revokeAgreementRaw(address,uint8,bytes32,bytes32) nonpayable ()
        38f7e0e1 getUserAgreementsByAddress(address) view (address[])
        674a730d getUserAgreementsByOcpi(bytes2,bytes3) view (address[])
        b5d9f61f hasUserAgreementByAddress(address,address) view (bool)
        23db5e8c hasUserAgreementByOcpi(bytes2,bytes3,address) view (bool)
    """,
}

#: first bytes of topic0, name, arguments
EVENTS: dict[ContractName, str] = {
    "Registry": """
        b1f254c0 OperatorUpdate(address indexed operator, string domain)
        f692507b PartyUpdate(bytes2 countryCode, bytes3 partyId, address indexed partyAddress, uint8[] roles,\
 uint8[] modulesSender, uint8[] modulesReceiver, address indexed operatorAddress)
        8be0079c OwnershipTransferred(address indexed previousOwner, address indexed newOwner)
        ........ DebugPacked(bytes packed)
        ........ DebugHash(bytes32 hash)
    """,
    "Permissions": """
        533987f1 ServiceUpdate(string name, string url, uint256[] permissions, address provider)
        91aba333 ServiceAgreement(address user, address provider)
    """,
}


def _rows(tables: dict[ContractName, str]) -> list[Any]:
    return [
        pytest.param(contract, *row.split(maxsplit=1), id=row.split()[1])
        for contract, table in tables.items()
        for row in table.strip().splitlines()
    ]


@pytest.mark.parametrize(("contract", "selector", "rest"), _rows(FUNCTIONS))
def test_function_of_existing_clients_is_there(contract: ContractName, selector: str, rest: str) -> None:
    expected_signature, mutability, returned = rest.split()
    name = expected_signature.partition("(")[0]

    entry = load(contract).function(name)

    assert signature(entry) == expected_signature
    assert keccak(text=signature(entry))[:4].hex() == selector
    assert entry["stateMutability"] == mutability
    assert f"({','.join(canonical(p) for p in entry['outputs'])})" == returned


@pytest.mark.parametrize(("contract", "topic", "declaration"), _rows(EVENTS))
def test_event_of_existing_clients_is_there(contract: ContractName, topic: str, declaration: str) -> None:
    name = declaration.partition("(")[0]

    entry = load(contract).event(name)

    arguments = ", ".join(
        f"{p['type']} indexed {p['name']}" if p["indexed"] else f"{p['type']} {p['name']}"
        for p in entry["inputs"]
    )
    assert f"{name}({arguments})" == declaration
    assert topic in {"........", keccak(text=signature(entry))[:4].hex()}


@pytest.mark.parametrize("contract", ["Registry", "Permissions"])
def test_interface_has_no_overloaded_name(contract: ContractName) -> None:
    names = [entry["name"] for entry in load(contract).abi if "name" in entry]

    assert len(names) == len(set(names))


def test_party_details_name_roles_after_modules_by_address_and_before_them_by_id() -> None:
    registry = load("Registry")

    by_address = [p["name"] for p in registry.function("getPartyDetailsByAddress")["outputs"]]
    by_ocpi = [p["name"] for p in registry.function("getPartyDetailsByOcpi")["outputs"]]

    assert by_address[2:5] == ["modulesSender", "modulesReceiver", "roles"]
    assert by_ocpi[1:4] == ["roles", "modulesSender", "modulesReceiver"]
