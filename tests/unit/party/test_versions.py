"""A party of each version: handshake, addresses, who is who, and objects in the version of the back end."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from ocn.conversion import Choice, Context, Policy
from ocn.errors import ConfigurationError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.party import Outcome, Party, PartyRole, Request, accepted
from ocn.party.errors import ModuleNotOffered, NotConverted
from ocn.party.subjects import Subject

if TYPE_CHECKING:
    from tests.unit.party.conftest import MakePair, Pair
else:
    MakePair = Pair = object

V2_1_1, V2_2_1, V2_3_0 = VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0
AT = "2026-01-01T00:00:00Z"
TOKEN: Any = {
    "country_code": "NL",
    "party_id": "MSP",
    "uid": "U1",
    "type": "RFID",
    "contract_id": "NL-MSP-1",
    "issuer": "MSP",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": AT,
}


class Desk:
    """A CPO's handler of commands that remembers what it was told."""

    def __init__(self) -> None:
        self.asked: list[tuple[Request, Any]] = []

    async def start_session(self, request: Request, command: Any) -> Outcome:
        self.asked.append((request, command))
        return accepted(_done())


async def _done() -> str:
    return "ACCEPTED"


async def _pair(make_pair: MakePair, version: VersionNumber, desk: Desk, **both: Any) -> Pair:
    versions = (version,)
    return await make_pair([desk], cpo={"versions": versions, **both}, emsp=both, versions=versions)


@pytest.mark.parametrize("version", VersionNumber)
async def test_parties_of_one_version_agree_on_it_and_on_their_endpoints(
    make_pair: MakePair, version: VersionNumber
) -> None:
    pair = await _pair(make_pair, version, Desk())
    for party, module, side in (
        (pair.emsp, "locations", InterfaceRole.SENDER),
        (pair.emsp, "commands", InterfaceRole.RECEIVER),
        (pair.cpo, "tokens", InterfaceRole.SENDER),
        (pair.cpo, "cdrs", InterfaceRole.RECEIVER),
    ):
        assert party.client.registration.version is version
        assert party.client.endpoint(module, side)
    hub = [role for role in pair.emsp.client.registration.roles if role.role == "HUB"]
    assert [role.party for role in hub] == ([PartyId("DE", "CPO")] if version is V2_1_1 else [])


async def test_version_details_and_credentials_of_2_1_1_have_no_roles(make_pair: MakePair) -> None:
    pair = await _pair(make_pair, V2_1_1, Desk())
    details = json.loads((await pair.raw("GET", "/ocpi/2.1.1")).body)["data"]["endpoints"]
    assert {entry["identifier"] for entry in details} == {
        "credentials", "cdrs", "commands", "locations", "sessions", "tariffs", "tokens"
    }  # fmt: skip
    assert all("role" not in entry for entry in details)
    own = json.loads((await pair.raw("GET", "/ocpi/2.1.1/credentials")).body)["data"]
    assert (own["country_code"], own["party_id"], "roles" in own) == ("DE", "CPO", False)


async def test_in_2_1_1_nobody_is_named_and_the_peer_is_the_sender_of_everything(make_pair: MakePair) -> None:
    desk = Desk()
    pair = await _pair(make_pair, V2_1_1, desk)
    token = {name: value for name, value in TOKEN.items() if name not in ("country_code", "party_id")}
    pending = await pair.emsp.client.to("BE XYZ").start_session(token, "L1")  # type: ignore[arg-type]  # of 2.1.1
    assert b'"data":{"result":"ACCEPTED"}' in pending.reply.body
    assert (await pending.result(5))["result"] == "ACCEPTED"
    ((request, command),) = desk.asked
    assert not [name for name in request.headers if name.startswith("ocpi-")]
    assert (request.sender, request.receiver, request.from_hub) == (pair.emsp_id, pair.cpo_id, True)
    assert command["token"] == token


async def test_a_status_that_2_1_1_lacks_is_said_in_its_words(make_pair: MakePair) -> None:
    pair = await _pair(make_pair, V2_1_1, Desk())
    answer = await pair.raw("PUT", "/ocpi/2.1.1/receiver/chargingprofiles/S1", b"{}")
    assert json.loads(answer.body)["status_code"] == 2003
    with pytest.raises(ModuleNotOffered):
        await pair.emsp.client.to("DE CPO").clear_charging_profile("S1")


async def _known(subject: Subject) -> Context:
    return Context(token=TOKEN)


@pytest.mark.parametrize("version", VersionNumber)
async def test_a_back_end_keeps_the_objects_of_one_version_whatever_is_spoken(
    make_pair: MakePair, version: VersionNumber
) -> None:
    desk = Desk()
    pair = await _pair(make_pair, version, desk, objects=V2_2_1, known=_known, conversion=Policy(Choice.PASS))
    pending = await pair.emsp.client.to("DE CPO").start_session(TOKEN, "L1", "E1", "1")
    assert pending.reply.data == {"result": "ACCEPTED", "timeout": 30}
    assert (await pending.result(5))["result"] == "ACCEPTED"
    ((request, command),) = desk.asked
    assert command["token"] == TOKEN
    assert command.get("connector_id") == (None if version < V2_2_1 else "1")
    assert b"auth_id" in request.sent if version is V2_1_1 else b"contract_id" in request.sent
    tariff: Any = {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "elements": [{"price_components": [{"type": "ENERGY", "price": Decimal("0.50"), "step_size": 1}]}],
        "last_updated": AT,
    }
    await pair.cpo.storage.put("tariffs", pair.cpo_id, "T1", tariff)
    assert [found async for found in pair.emsp.client.to("DE CPO").tariffs()] == [tariff]
    assert (await pair.cpo.client.to("NL MSP").put_tariff(tariff)).http_status == 201
    assert await pair.emsp.storage.get("tariffs", pair.cpo_id, "T1") == tariff


async def test_what_the_version_agreed_on_cannot_say_is_not_sent(make_pair: MakePair) -> None:
    desk = Desk()
    pair = await _pair(make_pair, V2_1_1, desk, objects=V2_2_1)
    session: Any = {"id": "S1", "location_id": "L1", "cdr_token": {"contract_id": "C"}, "last_updated": AT}
    with pytest.raises(NotConverted, match=r"cannot be sent in OCPI 2\.1\.1: .*location_id"):
        await pair.cpo.client.to("NL MSP").put_session(session)
    assert not [one for one in pair.exchanges if one.module == "sessions"]


def test_several_parties_cannot_be_one_platform_in_2_1_1() -> None:
    roles = [PartyRole.of("DE CPO", "CPO"), PartyRole.of("DE MSP", "EMSP")]
    with pytest.raises(ConfigurationError, match=r"In OCPI 2\.1\.1 a platform is one party"):
        Party(roles=roles, node_url="http://node.test", versions=[V2_1_1])


async def test_a_party_that_speaks_another_version_from_now_on_renews_its_registration(
    make_pair: MakePair,
) -> None:
    pair = await make_pair(cpo={"versions": (V2_2_1, V2_3_0)}, versions=(V2_2_1,))
    await pair.emsp.close()
    again = Party(
        roles=[PartyRole.of("NL MSP", "EMSP")],
        node_url="http://cpo.test",
        public_url="http://emsp.test",
        storage=pair.emsp.storage,
        versions=(V2_3_0,),
        serve=False,
        transport=pair.network,
    )
    pair.network.add("http://emsp.test", again)
    async with again:
        assert again.client.registration.version is V2_3_0
        assert pair.cpo.client.registration.version is V2_3_0


async def test_a_peer_that_calls_before_the_handshake_is_at_its_end_is_answered(make_pair: MakePair) -> None:
    pair = await make_pair()
    await pair.cpo.storage.forget_registration()
    await pair.cpo.close()
    await pair.cpo.open()
    assert pair.cpo.client.agreed is None
    token, told = pair.cpo._running().door.expect(), b'{"role": "EMSP", "status": "CONNECTED"}'
    path = "/ocpi/2.2.1/receiver/hubclientinfo/NL/MSP"
    answer = await pair.raw("PUT", path, told, authorization=f"Token {token}")
    assert answer.status == 201
