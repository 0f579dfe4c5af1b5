"""Registering with a proof that the key is one's own."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.signing import PrivateKey
from ocn.signing.strict import RequestParts

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Node, Party
    from tests.unit.node.strict.conftest import Strictly
else:
    Answer = Network = Node = Party = Strictly = Any

ADMIN = {"Authorization": "Token admin"}
PATH = "/ocpi/2.2.1/credentials"


def credentials(party: Party) -> bytes:
    role = {
        "role": "CPO",
        "country_code": party.id.country_code,
        "party_id": party.id.party_id,
        "business_details": {"name": "x"},
    }
    return json.dumps(
        {"token": party.backend.token, "url": f"{party.backend.url}/versions", "roles": [role]}
    ).encode()


def proof(party: Party, strictly: Strictly, key: PrivateKey | None = None, **changed: Any) -> str:
    values: dict[str, Any] = {
        "method": "PUT",
        "version": "2.2.1",
        "module": "credentials",
        "role": "",
        "path": f"{party.node.url}{PATH}",
        "query": "",
        "body": credentials(party),
        "response_url": "",
        "sender": party.id.key,
        "receiver": "",
        "correlation_id": "",
        **changed,
    }
    return strictly.text(RequestParts(**values), party, key)


async def renew(party: Party, text: str = "") -> Answer:
    headers = {"Authorization": f"Token {party.token}"} | ({"OCN-Strict-Signature": text} if text else {})
    answer = await party.node.call("PUT", PATH, headers, credentials(party))
    if answer.status == 200:
        party.token = answer.json["data"]["token"]
    return answer


async def proved_at(party: Party) -> Any:
    codes = f"{party.id.country_code}/{party.id.party_id}"
    view = await party.node.call("GET", f"/admin/parties/{codes}", ADMIN)
    return view.json["roles"][0]["key_proved_at"]


async def test_key_that_was_proved_is_shown_to_the_operator(network: Network, strictly: Strictly) -> None:
    assert await proved_at(network.cpo) is None

    answer = await renew(network.cpo, proof(network.cpo, strictly))

    assert answer.status == 200, answer.body
    assert await proved_at(network.cpo) == "2026-01-01T00:00:00.000Z"


async def test_party_that_proved_its_key_once_cannot_renew_without(
    network: Network, strictly: Strictly
) -> None:
    await renew(network.cpo, proof(network.cpo, strictly))

    stolen = await renew(network.cpo)

    assert stolen.json["status_code"] == 2001
    assert "DE CPO: prove" in stolen.json["status_message"]


async def test_proof_is_taken_once(network: Network, strictly: Strictly) -> None:
    text = proof(network.cpo, strictly)
    await renew(network.cpo, text)

    again = await renew(network.cpo, text)

    assert "received before" in again.json["status_message"]


@pytest.mark.parametrize(
    "changed",
    [
        {"path": "http://two.test/ocpi/2.2.1/credentials"},
        {"method": "POST"},
        {"body": b"{}"},
        {"version": "2.2"},
        {"module": "tokens"},
        {"sender": "NLCPX"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_proof_of_something_else_is_refused(
    network: Network, strictly: Strictly, changed: dict[str, Any]
) -> None:
    answer = await renew(network.cpo, proof(network.cpo, strictly, **changed))

    assert "Invalid strict signature of the credentials" in answer.json["status_message"]


async def test_proof_by_another_key_is_refused_even_where_none_is_required(
    network: Network, strictly: Strictly
) -> None:
    answer = await renew(network.cpo, proof(network.cpo, strictly, network.one.key))

    assert answer.json["status_code"] == 2001


async def test_node_that_requires_proof_registers_nobody_without(
    network: Network, strictly: Strictly
) -> None:
    node = await network.world.node("three", signing={"possession": "required"})

    with pytest.raises(AssertionError, match="FR CPO: prove"):
        await network.world.join(node, "FR", "CPO", "CPO")
