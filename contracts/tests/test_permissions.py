"""Services and agreements: effects, events, and what is refused in which order."""

import itertools
from typing import Any

import pytest
from contracts.tests.contract import Contract
from contracts.tests.evm import refused
from contracts.tests.network import CPO, EMSP, OPERATOR, RIVAL, Network
from contracts.tests.people import Person

URL = "http://copies.example"
NO_USER = "Service user has no party listing in Registry."
NO_SERVICE = "Provider has no registered Service."


@pytest.fixture
def permissions(network: Network) -> Contract:
    network.list_all()
    return network.permissions


def test_contract_names_its_registry(network: Network) -> None:
    assert network.permissions.read("registry") == network.registry.address


@pytest.mark.parametrize(
    ("name", "url", "granted"),
    [
        ("Name", URL, (0,)),
        ("", "", (16, 16, 1)),
        ("n" * 256, "u" * 256, tuple(range(64))),
        ("", "", (2**256 - 1,)),
    ],
)
def test_set_service_lists_it_with_permissions_as_given(
    permissions: Contract, name: str, url: str, granted: tuple[int, ...]
) -> None:
    receipt = permissions.send(EMSP.address, "setService", name, url, granted)

    assert permissions.read("getService", EMSP.address) == (b"DE", b"MSP", name, url, granted)
    assert permissions.read("getProviders") == (CPO.address, EMSP.address)
    assert permissions.read("providers", 1) == EMSP.address
    assert permissions.events(receipt) == [_service(EMSP.address, name, url, granted)]


def test_set_service_again_replaces_it(permissions: Contract) -> None:
    permissions.send(CPO.address, "setService", "New", "", (1,))

    assert permissions.read("getService", CPO.address) == (b"DE", b"CPO", "New", "", (1,))
    assert permissions.read("getProviders") == (CPO.address,)


def test_service_of_nobody_is_empty(permissions: Contract) -> None:
    assert permissions.read("getService", RIVAL.address) == (b"\0\0", b"\0\0\0", "", "", ())


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        (RIVAL, "Trying to register a service without party listing in Registry."),
        (CPO, "No permissions given."),
    ],
)
def test_set_service_is_refused_first_for_the_listing_then_for_permissions(
    permissions: Contract, sender: Any, reason: str
) -> None:
    with refused(reason):
        permissions.send(sender.address, "setService", "", "", ())


@pytest.mark.parametrize(
    "arguments", [("n" * 257, "", (0,)), ("", "u" * 257, (0,)), ("", "", tuple(range(65)))]
)
def test_set_service_beyond_its_bounds_is_refused(permissions: Contract, arguments: tuple[Any, ...]) -> None:
    with refused(None):
        permissions.send(CPO.address, "setService", *arguments)


def test_delete_service_clears_it_and_tells_the_permissions_that_end(permissions: Contract) -> None:
    receipt = permissions.send(CPO.address, "deleteService")

    assert permissions.read("getService", CPO.address) == (b"DE", b"CPO", "", "", ())
    assert permissions.read("getProviders") == (CPO.address,)
    assert permissions.events(receipt) == [
        _service(CPO.address, "", "", (0, 3)),
        ("ServiceDeleted", {"provider": CPO.address}),
    ]


def test_delete_service_that_is_not_there_is_refused(permissions: Contract) -> None:
    with refused("Cannot delete service that does not exist."):
        permissions.send(EMSP.address, "deleteService")


def test_delete_service_works_for_a_party_no_longer_listed(network: Network, permissions: Contract) -> None:
    network.registry.send(CPO.address, "deleteParty")
    assert permissions.read("getService", CPO.address) == (b"\0\0", b"\0\0\0", "Copies", URL, (0, 3))

    permissions.send(CPO.address, "deleteService")

    assert permissions.read("getService", CPO.address)[2:] == ("", "", ())


def test_create_agreement_is_found_by_address_and_by_id(permissions: Contract) -> None:
    receipt = permissions.send(EMSP.address, "createAgreement", CPO.address)

    assert _agreements(permissions) == ((CPO.address,), (CPO.address,))
    assert permissions.read("hasUserAgreementByAddress", EMSP.address, CPO.address)
    assert permissions.read("hasUserAgreementByOcpi", b"DE", b"MSP", CPO.address)
    assert permissions.events(receipt) == _both("AgreementCreated")


def test_nobody_has_no_agreements(permissions: Contract) -> None:
    assert _agreements(permissions) == ((), ())
    assert permissions.read("getUserAgreementsByOcpi", b"XX", b"XXX") == ()
    assert not permissions.read("hasUserAgreementByAddress", EMSP.address, CPO.address)
    assert not permissions.read("hasUserAgreementByOcpi", b"XX", b"XXX", CPO.address)


def test_agreement_with_oneself_is_possible(permissions: Contract) -> None:
    permissions.send(CPO.address, "createAgreement", CPO.address)

    assert permissions.read("hasUserAgreementByAddress", CPO.address, CPO.address)


def test_revoke_agreement_ends_it(permissions: Contract) -> None:
    permissions.send(EMSP.address, "createAgreement", CPO.address)

    receipt = permissions.send(EMSP.address, "revokeAgreement", CPO.address)

    assert _agreements(permissions) == ((), ())
    assert not permissions.read("hasUserAgreementByAddress", EMSP.address, CPO.address)
    assert not permissions.read("hasUserAgreementByOcpi", b"DE", b"MSP", CPO.address)
    assert permissions.events(receipt) == _both("AgreementRevoked")


@pytest.mark.parametrize("order", list(itertools.permutations((CPO, EMSP, RIVAL))))
def test_revoke_agreement_leaves_the_others(
    network: Network, permissions: Contract, order: tuple[Person, ...]
) -> None:
    network.list_party(RIVAL, b"NL", b"RIV")
    permissions.send(EMSP.address, "setService", "", "", (1,))
    permissions.send(RIVAL.address, "setService", "", "", (1,))
    for provider in (CPO, EMSP, RIVAL):
        permissions.send(EMSP.address, "createAgreement", provider.address)

    for revoked, provider in enumerate(order, 1):
        permissions.send(EMSP.address, "revokeAgreement", provider.address)

        assert sorted(_agreements(permissions)[0]) == sorted(person.address for person in order[revoked:])


def test_create_agreement_is_refused_for_user_then_service_then_repetition(permissions: Contract) -> None:
    permissions.send(EMSP.address, "createAgreement", CPO.address)

    for sender, provider, reason in (
        (RIVAL, RIVAL, NO_USER),
        (EMSP, RIVAL, NO_SERVICE),
        (EMSP, CPO, "Agreement already made between user and provider."),
    ):
        _refused(permissions, sender.address, "createAgreement", provider.address, reason)


def test_revoke_agreement_is_refused_for_user_then_service_then_absence(permissions: Contract) -> None:
    for sender, provider, reason in (
        (RIVAL, RIVAL, NO_USER),
        (EMSP, RIVAL, NO_SERVICE),
        (EMSP, CPO, "No Agreement made between user and provider."),
    ):
        _refused(permissions, sender.address, "revokeAgreement", provider.address, reason)


def test_revoke_agreement_in_the_old_way_needs_listing_and_service(
    network: Network, permissions: Contract
) -> None:
    permissions.send(EMSP.address, "createAgreement", CPO.address)
    permissions.send(CPO.address, "deleteService")
    _refused(permissions, EMSP.address, "revokeAgreement", CPO.address, NO_SERVICE)
    network.registry.send(EMSP.address, "deleteParty")
    _refused(permissions, EMSP.address, "revokeAgreement", CPO.address, NO_USER)


def test_party_whose_node_is_gone_still_counts_as_listed(network: Network, permissions: Contract) -> None:
    network.registry.send(OPERATOR.address, "deleteNode")

    permissions.send(EMSP.address, "createAgreement", CPO.address)

    assert permissions.read("hasUserAgreementByAddress", EMSP.address, CPO.address)


def _agreements(permissions: Contract) -> tuple[Any, Any]:
    return (
        permissions.read("getUserAgreementsByAddress", EMSP.address),
        permissions.read("getUserAgreementsByOcpi", b"DE", b"MSP"),
    )


def _service(provider: str, name: str, url: str, granted: tuple[int, ...]) -> tuple[str, dict[str, Any]]:
    return "ServiceUpdate", {"name": name, "url": url, "permissions": granted, "provider": provider}


def _both(telling: str) -> list[tuple[str, dict[str, Any]]]:
    pair = {"user": EMSP.address, "provider": CPO.address}
    return [("ServiceAgreement", pair), (telling, pair)]


def _refused(permissions: Contract, sender: str, function: str, provider: str, reason: str) -> None:
    with refused(reason):
        permissions.send(sender, function, provider)
