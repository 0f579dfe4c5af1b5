"""What the original contracts get wrong, held here; each of these tests fails on them."""

from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.network import CPO, CPO_ROLE, EMSP, NODE, OPERATOR, RELAY, RIVAL, Network
from contracts.tests.people import raw_address

JUNK = (0, bytes(32), bytes(32))


def test_domain_given_up_for_another_is_free(network: Network) -> None:
    network.list_node(OPERATOR, "http://old.example")
    network.list_node(OPERATOR, "http://new.example")

    network.list_node(RIVAL, "http://old.example")

    assert network.registry.read("getNode", RIVAL.address) == "http://old.example"
    with refused("Domain name already registered."):
        network.list_node(RIVAL, "http://new.example")


def test_node_is_listed_under_nobody_but_its_signer(network: Network) -> None:
    vrs = OPERATOR.sign_packed(raw_address(OPERATOR.address) + NODE.encode())

    for operator, domain, signature in (
        (NOBODY, NODE, JUNK),
        (OPERATOR.address, NODE, JUNK),
        (RIVAL.address, NODE, vrs),
        (OPERATOR.address, "http://other.example", vrs),
    ):
        with refused("Signer and provided operator address different."):
            network.registry.send(RELAY.address, "setNodeRaw", operator, domain, *signature)

    assert network.registry.read("getNodeOperators") == ()


def test_zero_address_cannot_become_a_party(network: Network) -> None:
    network.list_node()

    with refused("Signer and provided party address different."):
        network.registry.send(
            RELAY.address, "setPartyRaw", NOBODY, b"XX", b"XXX", (CPO_ROLE,), OPERATOR.address, *JUNK
        )

    assert network.registry.read("getOperatorByOcpi", b"ZZ", b"ZZZ") == (NOBODY, "")


def test_id_given_up_for_another_is_free_and_leads_nowhere(network: Network) -> None:
    network.list_node()
    network.list_party(CPO, b"DE", b"OLD")
    network.list_party(CPO, b"DE", b"NEW")

    assert network.registry.read("getPartyDetailsByOcpi", b"DE", b"OLD")[0] == NOBODY
    network.registry.send(CPO.address, "deleteParty")
    assert network.registry.read("getPartyDetailsByOcpi", b"DE", b"OLD")[0] == NOBODY
    network.list_party(EMSP, b"DE", b"OLD")
    assert network.registry.read("getPartyDetailsByOcpi", b"DE", b"OLD")[0] == EMSP.address


def test_service_created_again_is_listed_once(network: Network) -> None:
    network.list_all()
    network.permissions.send(CPO.address, "deleteService")

    network.permissions.send(CPO.address, "setService", "Again", "", (1,))

    assert network.permissions.read("getProviders") == (CPO.address,)


def test_agreement_made_again_is_listed_once_and_a_revoked_one_not_at_all(network: Network) -> None:
    network.list_all()
    for function in ("createAgreement", "revokeAgreement"):
        network.permissions.send(EMSP.address, function, CPO.address)
    assert network.permissions.read("getUserAgreementsByAddress", EMSP.address) == ()

    network.permissions.send(EMSP.address, "createAgreement", CPO.address)

    assert network.permissions.read("getUserAgreementsByAddress", EMSP.address) == (CPO.address,)


def test_consent_to_a_provider_does_not_delete_the_service_of_who_consents(network: Network) -> None:
    network.list_all()
    network.permissions.send(EMSP.address, "setService", "Mine", "", (1,))
    consent = EMSP.sign_packed(raw_address(CPO.address))

    with refused("Signer and provided provider address different."):
        network.permissions.send(RELAY.address, "deleteServiceRaw", CPO.address, *consent)

    assert network.permissions.read("getService", EMSP.address)[2] == "Mine"


def test_revocation_by_typed_signature_works_without_service_and_listing(network: Network) -> None:
    network.list_all()
    network.permissions.send(EMSP.address, "createAgreement", CPO.address)
    network.permissions.send(CPO.address, "deleteService")
    network.registry.send(EMSP.address, "deleteParty")
    fields = {"user": "address", "provider": "address", "nonce": "uint256", "deadline": "uint256"}
    message = {"user": EMSP.address, "provider": CPO.address, "nonce": 0, "deadline": network.evm.now}
    vrs = EMSP.sign_typed(network.domain_data(network.permissions), "RevokeAgreement", fields, message)

    network.permissions.send(
        RELAY.address, "revokeAgreementBySig", EMSP.address, CPO.address, network.evm.now, *vrs
    )

    assert not network.permissions.read("hasUserAgreementByAddress", EMSP.address, CPO.address)
