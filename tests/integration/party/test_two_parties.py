"""Two parties that are each other's node, over loopback: every module, both ways, signed."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ocn.errors import ConfigurationError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.objects import (
    AuthorizationInfo,
    CancelReservation,
    ChargingPreferences,
    LocationReferences,
    ReserveNow,
    SetChargingProfile,
    StartSession,
    StopSession,
)
from ocn.ocpi.party_id import PartyId
from ocn.party import (
    Answer,
    Limits,
    MemoryStorage,
    Outcome,
    Party,
    PartyRole,
    Request,
    StoredReceiver,
    StoredSender,
    accepted,
    rejected,
    unknown_session,
)
from ocn.party.errors import RequestFailed, ResultOverdue, UnknownToken
from ocn.party.storage.sqlite import SqliteStorage
from ocn.signing.keys import PrivateKey

STAMP = "2026-01-01T00:00:00Z"
TOKEN: Any = {
    "country_code": "NL",
    "party_id": "MSP",
    "uid": "T/1 ä",
    "type": "RFID",
    "contract_id": "C",
    "issuer": "I",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": STAMP,
}
CONNECTOR: Any = {"id": "1", "standard": "IEC_62196_T2", "max_amperage": 16, "last_updated": STAMP}
EVSE: Any = {"uid": "E1", "status": "AVAILABLE", "connectors": [CONNECTOR], "last_updated": STAMP}
LOCATION: Any = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "LOC1",
    "evses": [EVSE],
    "x_future": {"a": [None, 1.5]},
    "last_updated": STAMP,
}
TARIFF: Any = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "TA",
    "price": Decimal("0.2500"),
    "last_updated": STAMP,
}
SESSION: Any = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "S1",
    "cdr_token": {"country_code": "NL", "party_id": "MSP"},
    "kwh": Decimal("1.10"),
    "charging_periods": [{"n": 1}],
    "status": "ACTIVE",
    "last_updated": STAMP,
}
CDR: Any = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "CDR1",
    "cdr_token": {"country_code": "NL", "party_id": "MSP"},
    "total_energy": Decimal("10.00"),
    "last_updated": STAMP,
}


class Cpo:
    """Answers commands and profiles; reports sessions while it does."""

    async def start_session(self, request: Request, command: StartSession) -> Outcome:
        return accepted(self._start(request), timeout_s=5)

    async def _start(self, request: Request) -> str:
        await request.caller.put_session(SESSION)
        return "ACCEPTED"

    async def stop_session(self, request: Request, command: StopSession) -> Outcome:
        if command["session_id"] != "S1":
            return unknown_session()
        return accepted(self._fail())

    async def _fail(self) -> str:
        raise RuntimeError("the charger does not answer")

    async def reserve_now(self, request: Request, command: ReserveNow) -> Outcome:
        return accepted(self._reserve(request, command))

    async def _reserve(self, request: Request, command: ReserveNow) -> str:
        return "ACCEPTED"

    async def cancel_reservation(self, request: Request, command: CancelReservation) -> Outcome:
        return rejected("no such reservation")

    async def set_charging_profile(
        self, request: Request, session_id: str, profile: SetChargingProfile
    ) -> Outcome:
        return accepted(self._report(request, session_id, profile))

    async def _report(self, request: Request, session_id: str, profile: SetChargingProfile) -> str:
        active: Any = {"start_date_time": STAMP, "charging_profile": profile["charging_profile"]}
        await request.caller.put_active_charging_profile(session_id, active)
        return "ACCEPTED"

    async def get_active_charging_profile(
        self, request: Request, session_id: str, duration_s: int
    ) -> Outcome:
        async def later() -> dict[str, Any]:
            return {"result": "ACCEPTED", "profile": {"duration": duration_s}}

        return accepted(later())

    async def clear_charging_profile(self, request: Request, session_id: str) -> Outcome:
        return Outcome("TOO_OFTEN")

    async def set_charging_preferences(
        self, request: Request, session_id: str, preferences: ChargingPreferences
    ) -> str:
        return "DEPARTURE_REQUIRED"


class Emsp:
    """Knows one token, and remembers what is reported."""

    def __init__(self) -> None:
        self.profiles: list[Any] = []

    async def authorize_token(
        self, request: Request, uid: str, token_type: str, location: LocationReferences | None
    ) -> AuthorizationInfo:
        if (uid, token_type) != (TOKEN["uid"], "RFID"):
            raise UnknownToken(f"no token {uid}")
        info: AuthorizationInfo = {"allowed": "ALLOWED", "token": TOKEN}
        if location is not None:
            info["location"] = location
        return info

    async def put_active_charging_profile(self, request: Request, session_id: str, profile: Any) -> None:
        self.profiles.append((session_id, profile))


async def echo(request: Request) -> Answer:
    told = {
        "method": request.method,
        "path": list(request.path),
        "query": dict(request.query),
        "body": request.body.decode(),
    }
    return Answer(told, headers={"location": "http://elsewhere.test/x"})


class Network:
    """Both parties, entered."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.handler = Emsp()
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        storages = [SqliteStorage(folder / f"{name}.sqlite", secret=b"0" * 32) for name in ("cpo", "emsp")]
        self.cpo = Party(
            roles=[PartyRole.of("DE CPO", "CPO")],
            node_url=urls[1],
            port=ports[0],
            storage=storages[0],
            key=PrivateKey.generate(),
            handlers=[Cpo(), StoredSender(storages[0]), StoredReceiver(storages[0])],
            custom_modules={("decpo-echo", InterfaceRole.RECEIVER): echo},
            limits=Limits(page_size=4, request_body_bytes=10_000),
        )
        self.emsp = Party(
            roles=[PartyRole.of("NL MSP", "EMSP")],
            node_url=urls[0],
            port=ports[1],
            storage=storages[1],
            key=PrivateKey.generate(),
            handlers=[self.handler, StoredSender(storages[1]), StoredReceiver(storages[1])],
        )
        self.cpo_id, self.emsp_id = PartyId("DE", "CPO"), PartyId("NL", "MSP")

    @property
    def to_cpo(self) -> Any:
        return self.emsp.client.to(self.cpo_id)

    @property
    def to_emsp(self) -> Any:
        return self.cpo.client.to(self.emsp_id)


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Network]:
    made = Network(tmp_path, free_ports())
    async with AsyncExitStack() as stack:
        await made.cpo.open()
        stack.push_async_callback(made.cpo.close)
        await made.emsp.open()
        stack.push_async_callback(made.emsp.close)
        await made.emsp.handshake.register(f"{made.cpo.base_url}/ocpi/versions", made.cpo.invite())
        yield made


async def test_locations_are_read_at_every_depth_and_page_by_page(network: Network) -> None:
    for number in range(10):
        location = LOCATION | {"id": f"LOC{number}"}
        await network.cpo.storage.put("locations", network.cpo_id, location["id"], location)
    pages = [page async for page in network.to_cpo.pages("locations")]
    assert [len(page.data) for page in pages] == [4, 4, 2]
    assert [item["id"] async for item in network.to_cpo.locations(limit=3)] == [f"LOC{n}" for n in range(10)]
    assert (await network.to_cpo.get_location("loc1")).data["x_future"] == {"a": [None, Decimal("1.5")]}
    assert (await network.to_cpo.get_evse("LOC1", "E1")).data == EVSE
    assert (await network.to_cpo.get_connector("LOC1", "E1", "1")).data == CONNECTOR


async def test_locations_are_pushed_and_patched_at_every_depth(network: Network) -> None:
    to = network.to_emsp
    assert (await to.put_location(LOCATION)).http_status == 201
    assert (await to.put_location(LOCATION)).http_status == 200
    later = "2026-01-02T00:00:00Z"
    await to.patch_location({"name": "New", "last_updated": later}, "LOC1")
    await to.patch_location({"status": "CHARGING", "last_updated": later}, "LOC1", "E1")
    last = "2026-01-03T00:00:00Z"
    await to.patch_location({"max_amperage": 32, "last_updated": last}, "LOC1", "E1", "1")
    location = (await to.get_stored_location("LOC1")).data
    assert (location["name"], location["last_updated"]) == ("New", last)
    evse = (await to.get_stored_location("LOC1", "E1")).data
    assert (evse["status"], evse["last_updated"]) == ("CHARGING", last)
    assert (await to.get_stored_location("LOC1", "E1", "1")).data["max_amperage"] == 32
    assert (await to.put_evse("LOC1", EVSE | {"uid": "E2"})).http_status == 201
    assert (await to.put_connector("LOC1", "E2", CONNECTOR | {"id": "2"})).http_status == 201
    assert len((await to.get_stored_location("LOC1", "E2")).data["connectors"]) == 2
    with pytest.raises(RequestFailed, match="2003"):
        await to.patch_location({"last_updated": later}, "LOC9")


async def test_tariffs_are_pushed_read_and_deleted(network: Network) -> None:
    await network.to_emsp.put_tariff(TARIFF)
    stored = (await network.to_emsp.get_stored_tariff("TA")).data
    assert str(stored["price"]) == "0.2500"
    await network.to_emsp.delete_tariff("TA")
    with pytest.raises(RequestFailed, match="2003"):
        await network.to_emsp.delete_tariff("TA")
    await network.cpo.storage.put("tariffs", network.cpo_id, "TA", TARIFF)
    assert [tariff async for tariff in network.to_cpo.tariffs()] == [TARIFF]


async def test_tokens_are_pushed_listed_and_authorised(network: Network) -> None:
    await network.to_cpo.put_token(TOKEN)
    await network.to_cpo.patch_token(TOKEN["uid"], {"valid": False, "last_updated": STAMP})
    assert (await network.to_cpo.get_stored_token(TOKEN["uid"])).data["valid"] is False
    with pytest.raises(RequestFailed, match="2003"):
        await network.to_cpo.get_stored_token(TOKEN["uid"], "APP_USER")
    await network.emsp.storage.put("tokens", network.emsp_id, "T", TOKEN)
    assert [token async for token in network.to_emsp.tokens()] == [TOKEN]
    answer = await network.to_emsp.authorize(TOKEN["uid"], "RFID", {"location_id": "LOC1"})
    assert (answer.data["allowed"], answer.data["location"]) == ("ALLOWED", {"location_id": "LOC1"})
    assert "location" not in (await network.to_emsp.authorize(TOKEN["uid"])).data
    with pytest.raises(RequestFailed) as failed:
        await network.to_emsp.authorize("unknown")
    assert (failed.value.reply.http_status, failed.value.status_code) == (404, 2004)


async def test_session_is_started_updated_and_listed(network: Network) -> None:
    pending = await network.to_cpo.start_session(TOKEN, "LOC1", "E1")
    assert await pending.result() == {"result": "ACCEPTED"}
    patch = {"kwh": Decimal("2.20"), "charging_periods": [{"n": 2}], "last_updated": STAMP}
    await network.to_emsp.patch_session("S1", patch)
    await network.to_emsp.patch_session("S1", {"status": "COMPLETED", "last_updated": STAMP})
    session = (await network.to_emsp.get_stored_session("S1")).data
    assert str(session["kwh"]) == "2.20"
    assert session["charging_periods"] == [{"n": 1}, {"n": 2}]
    assert session["status"] == "COMPLETED"
    await network.cpo.storage.put("sessions", network.cpo_id, "S1", SESSION)
    assert [item async for item in network.to_cpo.sessions(datetime(2025, 1, 1, tzinfo=UTC))] == [SESSION]
    preference = await network.to_cpo.set_charging_preferences("S1", {"profile_type": "CHEAP"})
    assert preference.data == "DEPARTURE_REQUIRED"


async def test_commands_end_as_their_handlers_do(network: Network, caplog: pytest.LogCaptureFixture) -> None:
    unlocked = await network.to_cpo.unlock_connector("LOC1", "E1", "1")
    assert (unlocked.accepted, unlocked.reply.data["result"]) == (False, "NOT_SUPPORTED")
    cancelled = await network.to_cpo.cancel_reservation("R1")
    assert cancelled.reply.data["result"] == "REJECTED"
    with pytest.raises(ResultOverdue):
        await cancelled.result()
    assert (await network.to_cpo.stop_session("S9")).reply.data["result"] == "UNKNOWN_SESSION"
    failed = await network.to_cpo.stop_session("S1")
    assert await failed.result() == {"result": "FAILED"}
    assert "does not answer" in caplog.text


async def test_reservation_takes_a_second_result_later(network: Network) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    pending = await network.to_cpo.reserve_now(TOKEN, "R1", until, "LOC1")
    assert await pending.result() == {"result": "ACCEPTED"}
    await network.to_emsp.post_result(pending.response_url, {"result": "CANCELED_RESERVATION"})
    assert await pending.result() == {"result": "CANCELED_RESERVATION"}
    with pytest.raises(ResultOverdue):
        await pending.result(timeout_s=0.01)
    with pytest.raises(RequestFailed, match="2003"):
        await network.to_emsp.post_result(pending.response_url + "x", {"result": "ACCEPTED"})


async def test_charging_profile_is_set_reported_asked_for_and_cleared(network: Network) -> None:
    profile: Any = {
        "charging_rate_unit": "W",
        "charging_profile_period": [{"start_period": 0, "limit": Decimal("11000.0")}],
    }
    pending = await network.to_cpo.set_charging_profile("S1", profile)
    assert await pending.result() == {"result": "ACCEPTED"}
    ((session_id, active),) = network.handler.profiles
    assert session_id == "S1"
    assert str(active["charging_profile"]["charging_profile_period"][0]["limit"]) == "11000.0"
    asked = await network.to_cpo.get_active_charging_profile("S1", 900)
    assert await asked.result() == {"result": "ACCEPTED", "profile": {"duration": 900}}
    cleared = await network.to_cpo.clear_charging_profile("S1")
    assert (cleared.accepted, cleared.reply.data["result"]) == (False, "TOO_OFTEN")


async def test_cdr_is_kept_as_it_was_and_never_changes(network: Network) -> None:
    posted = await network.to_emsp.post_cdr(CDR)
    again = await network.to_emsp.read(posted.location)
    assert str(again.data["total_energy"]) == "10.00"
    await network.to_emsp.post_cdr(CDR)
    with pytest.raises(RequestFailed, match="never change"):
        await network.to_emsp.post_cdr(CDR | {"total_energy": 11})
    await network.cpo.storage.put("cdrs", network.cpo_id, "CDR1", CDR)
    assert [cdr async for cdr in network.to_cpo.cdrs()] == [CDR]


async def test_custom_module_gets_any_method_path_query_and_body(network: Network) -> None:
    reply = await network.to_cpo.request(
        "PATCH", "decpo-echo", InterfaceRole.RECEIVER, ("a b", "c/d"), query={"q": "ä&"}, body=b'{"n": 1.50}'
    )
    assert reply.data == {
        "method": "PATCH",
        "path": ["a b", "c/d"],
        "query": {"q": "ä&"},
        "body": '{"n": 1.50}',
    }
    assert reply.location == "http://elsewhere.test/x"


async def test_client_info_is_taken_from_the_node(network: Network) -> None:
    info = {
        "country_code": "FR",
        "party_id": "XYZ",
        "role": "CPO",
        "status": "CONNECTED",
        "last_updated": STAMP,
    }
    await network.to_emsp.request("PUT", "hubclientinfo", InterfaceRole.RECEIVER, ("FR", "XYZ"), body=info)
    reply = await network.to_emsp.request("GET", "hubclientinfo", InterfaceRole.RECEIVER, ("FR", "XYZ"))
    assert reply.data == info


async def test_chunked_body_is_taken_and_a_large_one_refused(network: Network) -> None:
    registration = network.emsp.client.registration

    async def pieces(size: int) -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b" " * 1000

    async with aiohttp.ClientSession() as session:
        for size, status in ((5, 400), (30, 413)):
            url = f"{network.cpo.base_url}/ocpi/2.2.1/receiver/tokens/NL/MSP/T"
            headers = {"Authorization": registration.their_token.header}
            async with session.put(url, data=pieces(size), headers=headers) as answer:
                assert (answer.status, json.loads(await answer.read())["status_code"]) == (status, 2001)


async def test_restart_goes_on_without_a_handshake(tmp_path: Path) -> None:
    ports = free_ports()
    first = Network(tmp_path, ports)
    await first.cpo.open()
    await first.emsp.open()
    await first.emsp.handshake.register(f"{first.cpo.base_url}/ocpi/versions", first.cpo.invite())
    await first.emsp.close()
    await first.cpo.close()
    second = Network(tmp_path, ports)
    async with second.cpo, second.emsp:
        assert [item async for item in second.to_cpo.locations()] == []
        assert (await second.to_emsp.put_session(SESSION)).http_status == 201


async def test_failed_start_gives_its_port_back() -> None:
    class Broken(MemoryStorage):
        async def load_registration(self) -> Any:
            raise ConfigurationError("cannot be read")

    party = Party(roles=[PartyRole.of("NL MSP", "EMSP")], node_url="http://node.test", storage=Broken())
    with pytest.raises(ConfigurationError, match="cannot be read"):
        async with party:
            pass
    assert not party.is_open
