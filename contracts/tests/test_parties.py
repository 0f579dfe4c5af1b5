"""Listing a party: effects, events, and what is refused in which order."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY, Contract
from contracts.tests.evm import refused
from contracts.tests.network import CPO, CPO_ROLE, EMSP, EMSP_ROLE, NODE, OPERATOR, RIVAL, SCSP_ROLE, Network

UNKNOWN_BY_ADDRESS = (b"\0\0", b"\0\0\0", (), (), (), NOBODY, "")
UNKNOWN_BY_OCPI = (NOBODY, (), (), (), NOBODY, "")
EVERY = tuple(range(7))


@pytest.fixture
def registry(network: Network) -> Contract:
    network.list_node()
    return network.registry


@pytest.mark.parametrize("roles", [(0,), (6,), EVERY, (1, 1, 0), (6, 5) * 8])
def test_set_party_lists_the_sender_with_roles_as_given(registry: Contract, roles: tuple[int, ...]) -> None:
    receipt = registry.send(CPO.address, "setParty", b"DE", b"CPO", roles, OPERATOR.address)

    address, operator = CPO.address, OPERATOR.address
    assert registry.read("getPartyDetailsByAddress", address) == (
        *(b"DE", b"CPO"),
        *((), (), roles),
        *(operator, NODE),
    )
    assert registry.read("getPartyDetailsByOcpi", b"DE", b"CPO") == (address, roles, (), (), operator, NODE)
    assert registry.read("getOperatorByAddress", address) == (operator, NODE)
    assert registry.read("getOperatorByOcpi", b"DE", b"CPO") == (operator, NODE)
    assert registry.read("getParties") == (address,)
    assert registry.events(receipt) == [_update(roles=roles)]


def test_unknown_party_is_nobody(registry: Contract) -> None:
    assert registry.read("getPartyDetailsByAddress", CPO.address) == UNKNOWN_BY_ADDRESS
    assert registry.read("getPartyDetailsByOcpi", b"DE", b"CPO") == UNKNOWN_BY_OCPI
    assert registry.read("getOperatorByAddress", CPO.address) == (NOBODY, "")
    assert registry.read("getOperatorByOcpi", b"DE", b"CPO") == (NOBODY, "")
    assert registry.read("getParties") == ()


def test_country_code_and_party_id_are_compared_byte_by_byte(registry: Contract) -> None:
    for party, country_code, party_id in (
        (CPO, b"DE", b"abc"),
        (EMSP, b"DE", b"ABC"),
        (RIVAL, b"de", b"ABC"),
    ):
        registry.send(party.address, "setParty", country_code, party_id, (CPO_ROLE,), OPERATOR.address)

    assert registry.read("getPartyDetailsByOcpi", b"DE", b"abc")[0] == CPO.address
    assert registry.read("getPartyDetailsByOcpi", b"DE", b"ABC")[0] == EMSP.address
    assert registry.read("getPartyDetailsByOcpi", b"de", b"ABC")[0] == RIVAL.address


#: what is wrong with setParty's arguments, worst last; each line is refused with its own text although all
#: lines below it are wrong as well
REFUSALS = [
    ("country", "Cannot set empty country_code. Use deleteParty method instead."),
    ("id", "Cannot set empty party_id. Use deleteParty method instead."),
    ("roles", "No roles provided."),
    ("operator", "Cannot set empty operator. Use deleteParty method instead."),
    ("holder", "Party with country_code/party_id already registered under different address."),
    ("domain", "Provided operator not registered."),
]


@pytest.mark.parametrize("first", range(len(REFUSALS)))
def test_set_party_is_refused_for_the_first_of_its_mistakes(registry: Contract, first: int) -> None:
    wrong = {name for name, _ in REFUSALS[first:]}
    registry.send(EMSP.address, "setParty", b"DE", b"CPO", (EMSP_ROLE,), OPERATOR.address)
    operator = RIVAL.address if first > 3 else NOBODY

    with refused(REFUSALS[first][1]):
        registry.send(
            CPO.address,
            "setParty",
            b"\0\0" if "country" in wrong else b"DE",
            b"\0\0\0" if "id" in wrong else (b"CPO" if "holder" in wrong else b"NEW"),
            () if "roles" in wrong else (CPO_ROLE,),
            operator,
        )


@pytest.mark.parametrize("country_code", [b"DE", b"\0\0"])
def test_set_party_is_refused_for_an_unknown_role_before_all_else(
    registry: Contract, country_code: bytes
) -> None:
    with refused(None):
        registry.send(CPO.address, "setParty", country_code, b"CPO", (CPO_ROLE, 7), OPERATOR.address)


def test_set_party_with_more_than_sixteen_roles_is_refused(registry: Contract) -> None:
    with refused(None):
        registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE,) * 17, OPERATOR.address)


def test_set_party_modules_replaces_both_lists(registry: Contract) -> None:
    registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE, SCSP_ROLE), OPERATOR.address)
    registry.send(CPO.address, "setPartyModules", (5,) * 16, (6,) * 16)

    receipt = registry.send(CPO.address, "setPartyModules", (2, 1), EVERY)

    assert registry.read("getPartyDetailsByAddress", CPO.address)[2:5] == ((2, 1), EVERY, (0, 6))
    assert registry.read("getPartyDetailsByOcpi", b"DE", b"CPO")[1:4] == ((0, 6), (2, 1), EVERY)
    assert registry.events(receipt) == [_update(roles=(0, 6), modulesSender=(2, 1), modulesReceiver=EVERY)]


def test_set_party_modules_with_two_empty_lists_clears_them(registry: Contract) -> None:
    registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE,), OPERATOR.address)
    registry.send(CPO.address, "setPartyModules", (1,), (2,))

    registry.send(CPO.address, "setPartyModules", (), ())

    assert registry.read("getPartyDetailsByAddress", CPO.address)[2:5] == ((), (), (0,))


def test_set_party_modules_works_when_the_node_is_gone(registry: Contract) -> None:
    registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE,), OPERATOR.address)
    registry.send(OPERATOR.address, "deleteNode")

    registry.send(CPO.address, "setPartyModules", (1,), ())

    assert registry.read("getPartyDetailsByAddress", CPO.address)[2:] == (
        *((1,), (), (0,)),
        *(OPERATOR.address, ""),
    )


def test_set_party_modules_of_nobody_is_refused(registry: Contract) -> None:
    with refused("Party not registered. Use setParty method first."):
        registry.send(CPO.address, "setPartyModules", (), ())


@pytest.mark.parametrize("lists", [((7,), ()), ((), (7,)), ((0,) * 17, ())])
def test_set_party_modules_with_an_unknown_module_or_too_many_is_refused(
    registry: Contract, lists: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE,), OPERATOR.address)

    with refused(None):
        registry.send(CPO.address, "setPartyModules", *lists)


def test_set_party_again_clears_the_modules(registry: Contract) -> None:
    registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE,), OPERATOR.address)
    registry.send(CPO.address, "setPartyModules", (1,), (2,))

    registry.send(CPO.address, "setParty", b"DE", b"CPO", (EMSP_ROLE,), OPERATOR.address)

    assert registry.read("getPartyDetailsByAddress", CPO.address)[2:5] == ((), (), (EMSP_ROLE,))
    assert registry.read("getParties") == (CPO.address,)


def test_delete_party_clears_it_and_keeps_it_in_the_list(registry: Contract) -> None:
    registry.send(CPO.address, "setParty", b"DE", b"CPO", (CPO_ROLE,), OPERATOR.address)
    registry.send(CPO.address, "setPartyModules", (1,), (2,))

    receipt = registry.send(CPO.address, "deleteParty")

    assert registry.read("getPartyDetailsByAddress", CPO.address) == UNKNOWN_BY_ADDRESS
    assert registry.read("getPartyDetailsByOcpi", b"DE", b"CPO") == UNKNOWN_BY_OCPI
    assert registry.read("getParties") == (CPO.address,)
    assert registry.events(receipt) == [_update(roles=(), operatorAddress=NOBODY)]


def test_delete_party_that_is_not_there_is_refused(registry: Contract) -> None:
    with refused("Cannot delete party that does not exist. No operator found for given party."):
        registry.send(CPO.address, "deleteParty")


def _update(**changed: Any) -> tuple[str, dict[str, Any]]:
    return "PartyUpdate", {
        "countryCode": b"DE",
        "partyId": b"CPO",
        "partyAddress": CPO.address,
        "roles": (),
        "modulesSender": (),
        "modulesReceiver": (),
        "operatorAddress": OPERATOR.address,
    } | changed
