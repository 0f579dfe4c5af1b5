"""Pages of the three lists."""

import pytest
from contracts.tests.contract import NOBODY, Contract
from contracts.tests.network import CPO, EMSP, NODE, OPERATOR, RIVAL, Network
from contracts.tests.people import Person

PAGE = 32


def test_page_of_nodes_shows_deleted_ones_without_domain(network: Network) -> None:
    network.list_node(OPERATOR, NODE)
    network.list_node(RIVAL, "http://rival.example")
    network.registry.send(OPERATOR.address, "deleteNode")

    assert network.registry.read("getNodesPaged", 0, 10) == (
        (OPERATOR.address, ""),
        (RIVAL.address, "http://rival.example"),
    )
    assert network.registry.read("getNodesCount") == 2


def test_page_of_parties_shows_all_details_and_deleted_ones_without_operator(network: Network) -> None:
    network.list_all()
    network.registry.send(CPO.address, "setPartyModules", (3, 4), (5,))
    network.registry.send(EMSP.address, "deleteParty")

    assert network.registry.read("getPartiesPaged", 0, 10) == (
        (CPO.address, b"DE", b"CPO", (0,), (3, 4), (5,), OPERATOR.address, NODE),
        (EMSP.address, b"\0\0", b"\0\0\0", (), (), (), NOBODY, ""),
    )
    assert network.registry.read("getPartiesCount") == 2


def test_page_of_providers_shows_deleted_services_without_permissions(network: Network) -> None:
    network.list_all()
    network.permissions.send(EMSP.address, "setService", "Mine", "", (1, 2))
    network.permissions.send(CPO.address, "deleteService")

    assert network.permissions.read("getProvidersPaged", 0, 10) == (
        (CPO.address, "", "", ()),
        (EMSP.address, "Mine", "", (1, 2)),
    )
    assert network.permissions.read("getProvidersCount") == 2


@pytest.fixture
def crowd(network: Network) -> list[str]:
    """More members of every list than a page holds."""
    people = [Person(f"member {number}") for number in range(PAGE + 3)]
    for number, person in enumerate(people):
        network.list_node(person, f"http://{number}.example")
        network.list_party(person, b"DE", b"%03d" % number, operator=person)
        network.permissions.send(person.address, "setService", "", "", (number,))
    return [person.address for person in people]


def test_pages_put_together_are_the_whole_list(network: Network, crowd: list[str]) -> None:
    for contract, pages in _lists(network):
        for limit in (1, 7, PAGE, 1_000, 2**256 - 1):
            seen: list[str] = []
            while page := contract.read(pages, len(seen), limit):
                assert len(page) <= min(limit, PAGE)
                seen += [entry[0] for entry in page]
            assert seen == crowd


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [(0, 0, 0), (0, 1, 1), (34, 5, 1), (35, 5, 0), (2**256 - 1, 2**256 - 1, 0), (0, 2**256 - 1, PAGE)],
)
def test_page_at_the_edges_has_what_is_left(
    network: Network, crowd: list[str], offset: int, limit: int, expected: int
) -> None:
    for contract, pages in _lists(network):
        assert [e[0] for e in contract.read(pages, offset, limit)] == crowd[offset : offset + expected]


def _lists(network: Network) -> list[tuple[Contract, str]]:
    return [
        (network.registry, "getNodesPaged"),
        (network.registry, "getPartiesPaged"),
        (network.permissions, "getProvidersPaged"),
    ]
