"""The one owner of the Registry and what it may do."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import Evm, refused
from contracts.tests.network import ADMIN, CPO, OPERATOR, RIVAL, Network

from ocn.chain.artifacts import load


def test_deployer_is_the_owner_and_an_event_says_so() -> None:
    receipt = Evm().send(ADMIN.address, None, load("Registry").bytecode)

    (log,) = receipt.logs
    assert (log.topics[1].hex(), log.topics[2].hex()) == ("00" * 32, "00" * 12 + ADMIN.address[2:])


def test_owner_hands_over(network: Network) -> None:
    registry = network.registry

    receipt = registry.send(ADMIN.address, "transferOwnership", RIVAL.address)

    assert registry.read("owner") == RIVAL.address
    assert registry.read("isOwner", sender=RIVAL.address)
    assert not registry.read("isOwner", sender=ADMIN.address)
    assert registry.events(receipt) == [
        ("OwnershipTransferred", {"previousOwner": ADMIN.address, "newOwner": RIVAL.address})
    ]


def test_owner_renounces_and_nobody_may_from_then_on(network: Network) -> None:
    network.list_node()

    receipt = network.registry.send(ADMIN.address, "renounceOwnership")

    assert network.registry.read("owner") == NOBODY
    assert network.registry.events(receipt) == [
        ("OwnershipTransferred", {"previousOwner": ADMIN.address, "newOwner": NOBODY})
    ]
    with refused("Ownable: caller is not the owner"):
        network.registry.send(ADMIN.address, "adminDeleteOperator", OPERATOR.address)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("transferOwnership", (NOBODY,)),
        ("renounceOwnership", ()),
        ("adminDeleteOperator", (RIVAL.address,)),
        ("adminDeleteParty", (b"DE", b"CPO")),
    ],
)
def test_others_may_not(network: Network, function: str, arguments: tuple[Any, ...]) -> None:
    with refused("Ownable: caller is not the owner"):
        network.registry.send(RIVAL.address, function, *arguments)


def test_owner_cannot_hand_over_to_nobody(network: Network) -> None:
    with refused("Ownable: new owner is the zero address"):
        network.registry.send(ADMIN.address, "transferOwnership", NOBODY)


def test_owner_deletes_a_node(network: Network) -> None:
    network.list_node()

    receipt = network.registry.send(ADMIN.address, "adminDeleteOperator", OPERATOR.address)

    assert network.registry.read("getNode", OPERATOR.address) == ""
    assert network.registry.events(receipt) == [
        ("OperatorUpdate", {"operator": OPERATOR.address, "domain": ""})
    ]
    with refused("Cannot delete node that does not exist."):
        network.registry.send(ADMIN.address, "adminDeleteOperator", OPERATOR.address)


def test_owner_deletes_a_party_by_its_id(network: Network) -> None:
    network.list_node()
    network.list_party()

    receipt = network.registry.send(ADMIN.address, "adminDeleteParty", b"DE", b"CPO")

    assert network.registry.read("getOperatorByAddress", CPO.address) == (NOBODY, "")
    ((name, event),) = network.registry.events(receipt)
    assert (name, event["partyAddress"], event["operatorAddress"]) == ("PartyUpdate", CPO.address, NOBODY)
    with refused("Cannot delete party that does not exist. No operator found for given party."):
        network.registry.send(ADMIN.address, "adminDeleteParty", b"DE", b"CPO")
