"""Listing a node: effects, events, and what is refused in which order."""

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.network import NODE, OPERATOR, RIVAL, Network

LONGEST = "http://" + "n" * 249


@pytest.mark.parametrize("domain", [NODE, "x", LONGEST, "http://knoten.ü.example"])
def test_set_node_lists_the_sender_with_its_domain(network: Network, domain: str) -> None:
    receipt = network.registry.send(OPERATOR.address, "setNode", domain)

    assert network.registry.read("getNode", OPERATOR.address) == domain
    assert network.registry.read("getNodeOperators") == (OPERATOR.address,)
    assert network.registry.events(receipt) == [
        ("OperatorUpdate", {"operator": OPERATOR.address, "domain": domain})
    ]


def test_node_of_nobody_is_empty(network: Network) -> None:
    assert network.registry.read("getNode", NOBODY) == ""
    assert network.registry.read("getNodeOperators") == ()


def test_set_node_without_domain_is_refused(network: Network) -> None:
    _refused(network, "setNode", "", reason="Cannot set empty domain name. Use deleteNode method instead.")


def test_set_node_with_a_taken_domain_is_refused_also_to_its_holder(network: Network) -> None:
    network.list_node(OPERATOR)

    for sender in (RIVAL.address, OPERATOR.address):
        _refused(network, "setNode", NODE, sender=sender, reason="Domain name already registered.")


def test_set_node_with_a_domain_over_256_bytes_is_refused(network: Network) -> None:
    _refused(network, "setNode", LONGEST + "n", reason=None)


def test_domains_that_differ_in_one_character_are_different(network: Network) -> None:
    network.list_node(OPERATOR, NODE)
    network.list_node(RIVAL, NODE + "/")

    assert network.registry.read("getNode", RIVAL.address) == NODE + "/"


def test_delete_node_clears_the_domain_and_keeps_the_operator_in_the_list(network: Network) -> None:
    network.list_node()

    receipt = network.registry.send(OPERATOR.address, "deleteNode")

    assert network.registry.read("getNode", OPERATOR.address) == ""
    assert network.registry.read("getNodeOperators") == (OPERATOR.address,)
    assert network.registry.events(receipt) == [
        ("OperatorUpdate", {"operator": OPERATOR.address, "domain": ""})
    ]


def test_delete_node_frees_the_domain_for_others(network: Network) -> None:
    network.list_node()
    network.registry.send(OPERATOR.address, "deleteNode")

    network.list_node(RIVAL)

    assert network.registry.read("getNode", RIVAL.address) == NODE


def test_delete_node_that_is_not_there_is_refused(network: Network) -> None:
    _refused(network, "deleteNode", reason="Cannot delete node that does not exist.")


def test_node_listed_again_stands_in_the_list_once(network: Network) -> None:
    network.list_node()
    network.registry.send(OPERATOR.address, "deleteNode")
    network.list_node(RIVAL, "http://rival.example")
    network.list_node()

    assert network.registry.read("getNodeOperators") == (OPERATOR.address, RIVAL.address)


def _refused(
    network: Network, function: str, *arguments: object, reason: str | None, sender: str = OPERATOR.address
) -> None:
    with refused(reason):
        network.registry.send(sender, function, *arguments)
