"""Answers that are signed the notary's way and converted: verified first, or the caller gets none of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.model import SignatureDemand
from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey, encode, response_values, sign

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party, Request
else:
    Answer = Network = Party = Request = object

AT = "2026-01-01T00:00:00Z"
SESSIONS = "/ocpi/sender/2.3.0/sessions"
PATCHED = "/receiver/locations/DE/NEW/L1"
PATCH = json.dumps({"help_phone": "+49", "name": "new", "last_updated": AT}).encode()
LOCATION = {"country_code": "DE", "party_id": "NEW", "id": "L1", "name": "old", "publish": True}


def session(total: float) -> dict[str, Any]:
    price = {"excl_vat": total, "incl_vat": total}
    return {"country_code": "NL", "party_id": "CPX", "id": "S1", "kwh": 1, "total_cost": price}


def signed_by(key: PrivateKey, alter: Callable[[dict[str, Any]], object] | None = None) -> Any:
    """Sign what the back end answers, and change it afterwards."""

    def signing(_request: Request, answer: Answer) -> Answer:
        envelope = json.loads(answer.body)
        envelope["ocn_signature"] = encode(sign(response_values(dict(answer.headers), envelope), key))
        if alter is not None:
            alter(envelope)
        return type(answer)(answer.status, answer.headers, json.dumps(envelope).encode())

    return signing


def another_cost(envelope: dict[str, Any]) -> None:
    envelope["data"][0]["total_cost"]["excl_vat"] = 1


def another_status(envelope: dict[str, Any]) -> None:
    envelope["status_code"] = 1001


def no_object(envelope: dict[str, Any]) -> None:
    envelope["data"] = []


def another_signature(envelope: dict[str, Any]) -> None:
    envelope["ocn_signature"] = "bm9uc2Vuc2U="


async def newer(network: Network, role: str = "EMSP") -> Party:
    return await network.world.join(network.one, "DE", "NEW", role, "2.3.0")


async def test_a_signed_answer_is_converted_and_loses_its_signature(network: Network, station: Party) -> None:
    msp = await newer(network)
    station.backend.set("GET", "/sender/sessions", [session(9)], x_total_count="1")
    station.backend.signing = signed_by(station.key)
    answer = await msp.call(station, "GET", SESSIONS)
    assert answer.json["data"][0]["total_cost"] == {
        "before_taxes": 9,
        "taxes": [{"name": "VAT", "amount": 0}],
    }
    assert "ocn_signature" not in answer.json


@pytest.mark.parametrize("alter", [another_cost, another_status, no_object, another_signature])
async def test_an_altered_answer_is_refused_and_not_converted(
    network: Network, station: Party, alter: Callable[[dict[str, Any]], object]
) -> None:
    msp = await newer(network)
    station.backend.set("GET", "/sender/sessions", [session(9)])
    station.backend.signing = signed_by(station.key, alter)
    answer = await msp.call(station, "GET", SESSIONS)
    assert answer.json["status_code"] == 3000
    assert "signature" in answer.json["status_message"]
    assert answer.json.get("data") is None


async def test_an_answer_signed_by_a_stranger_is_refused(network: Network, station: Party) -> None:
    msp = await newer(network)
    station.backend.set("GET", "/sender/sessions", [session(9)])
    station.backend.signing = signed_by(PrivateKey.generate())
    answer = await msp.call(station, "GET", SESSIONS)
    assert (answer.json["status_code"], answer.json.get("data")) == (3000, None)


async def test_an_answer_that_seems_signed_and_is_ambiguous_is_refused(
    network: Network, station: Party
) -> None:
    msp = await newer(network)
    twice = b'{"status_code":1000,"data":[],"data":[{"id":"S1"}],"ocn_signature":"x"}'
    station.backend.set("GET", "/sender/sessions", twice)
    answer = await msp.call(station, "GET", SESSIONS)
    assert (answer.json["status_code"], answer.json.get("data")) == (4000, None)


@pytest.mark.parametrize("changed", ["GET", "PUT"])
async def test_an_altered_answer_to_what_stands_in_for_a_patch_is_refused(
    network: Network, changed: str
) -> None:
    cpo = await newer(network, "CPO")
    network.msp.backend.set("GET", PATCHED, LOCATION)
    good, bad = signed_by(network.msp.key), signed_by(network.msp.key, another_status)
    network.msp.backend.signing = lambda request, answer: (bad if request.method == changed else good)(
        request, answer
    )
    answer = await cpo.call(network.msp, "PATCH", "/ocpi/receiver/2.3.0/locations/DE/NEW/L1", PATCH)
    assert answer.json["status_code"] == 3000
    put = [request for request in network.msp.backend.received if request.method == "PUT"]
    assert len(put) == (changed == "PUT")


@pytest.mark.parametrize(
    ("demand", "asked"), [(SignatureDemand.COMPATIBLE, False), (SignatureDemand.EITHER, True)]
)
async def test_a_caller_that_demands_signatures_gets_no_converted_answer_without_one(
    network: Network, demand: SignatureDemand, asked: bool
) -> None:
    msp = await newer(network)
    platform = network.one.members.by_party(msp.id)
    assert platform is not None
    await network.one.store.register(replace(platform, signature_demand=demand), replaces=platform)
    await network.one.members.refresh()
    network.cpo.backend.set("GET", "/sender/sessions", [session(9)])
    network.cpo.backend.signing = signed_by(network.cpo.key)
    answer = await msp.call(network.cpo, "GET", SESSIONS)
    assert answer.json["status_code"] in (3000, 4000)
    assert answer.json.get("data") is None
    assert bool(network.cpo.backend.received) == asked


@pytest.mark.parametrize("alter", [None, another_status])
async def test_a_signed_answer_to_a_broadcast_is_verified_by_its_own_signer(
    network: Network, alter: Callable[[dict[str, Any]], object] | None
) -> None:
    msp = await newer(network)
    msp.backend.signing = signed_by(msp.key, alter)
    price = {"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}
    tariff = {"country_code": "DE", "party_id": "CPO", "id": "T1", "currency": "EUR", "elements": [price]}
    sent = json.dumps({**tariff, "last_updated": AT}).encode()
    await network.cpo.call(PartyId("CH", "OCN"), "PUT", "/ocpi/receiver/2.2.1/tariffs/DE/CPO/T1", sent)
    await network.one.settled()
    assert [request.method for request in msp.backend.received] == ["PUT"]
    broadcasts = await network.one.call("GET", "/admin/broadcasts", {"Authorization": "Token admin"})
    assert ("signature" in broadcasts.body.decode()) == (alter is not None)
