"""The specification's own example objects cross two nodes in their modules, byte for byte, both ways.

Two back ends written by hand, without the party kit: whatever comes in is kept as it is, whatever goes out is
a file as it is.
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.signing.keys import PrivateKey
from ocn.simulation.network.network import LocalNetwork, LocalNode, local_network

EXAMPLES = Path(os.environ.get("OCN_OCPI_EXAMPLES", Path(__file__).parents[4] / "shared" / "ocpi-examples"))
VERSIONS = ("2.2", "2.2.1")
pytestmark = [
    pytest.mark.long,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not EXAMPLES.is_dir(), reason=f"no OCPI examples at {EXAMPLES}; set OCN_OCPI_EXAMPLES"
    ),
]

# The first pattern that fits says how a file travels: method, module, path below the receiver interface.
TRAVELS: tuple[tuple[str, str], ...] = (
    (r"cdr_example", "POST cdrs"),
    (r"location_patch_example_(status|remove_evse)", "PATCH locations BE/BEC/LOC1/3256"),
    (r"location_patch_example_tariff", "PATCH locations BE/BEC/LOC1/3256/2"),
    (r"location_patch_", "PATCH locations BE/BEC/LOC1"),
    (r"location_put_example_add_evse", "PUT locations BE/BEC/LOC1/3256"),
    (r"location_example", "PUT locations {country_code}/{party_id}/{id}"),
    (r"location_(energymix|regularhours|hours)_", "PATCH locations BE/BEC/LOC1"),
    (r"session_patch_", "PATCH sessions BE/BEC/101"),
    (r"session_example", "PUT sessions {country_code}/{party_id}/{id}"),
    (r"tariff(restriction)?_", "PUT tariffs {country_code}/{party_id}/{id}"),
    (r"token_patch_", "PATCH tokens NL/TNM/012345678"),
    (r"token_(put|example)", "PUT tokens {country_code}/{party_id}/{uid}"),
    (r"transport_and_format_get_token_", "answer tokens"),
    (r"type_displaytext", "PUT custom displaytexts/1"),
    # Configuration modules: between a party and its node, never relayed.
    (r"(credentials|version|versions|transport_and_format_version)_", "stays"),
)
FILES = [path for version in VERSIONS for path in sorted((EXAMPLES / version).glob("*.json"))]
RELAYED_MODULES = ("cdrs", "locations", "sessions", "tariffs", "tokens")


def travel_of(path: Path) -> str:
    return next(travel for pattern, travel in TRAVELS if re.match(pattern, path.stem))


RELAYED = [path for path in FILES if travel_of(path) != "stays"]


class BackEnd:
    """A platform that takes everything, and answers with ``answer`` whatever is asked."""

    def __init__(self, party: PartyId, version: str) -> None:
        self.party, self.version = party, version
        self.received: list[tuple[str, str, bytes]] = []
        self.answer = b""
        self.token_c = ""
        self.node_endpoints: dict[tuple[str, str], str] = {}
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.path == "/versions":
            return self._reply([{"version": self.version, "url": f"{self.url}/details"}])
        if request.path == "/details":
            endpoints = [
                {"identifier": module, "role": role, "url": f"{self.url}/{role.lower()}/{module}"}
                for module in (*RELAYED_MODULES, "displaytexts")
                for role in ("SENDER", "RECEIVER")
            ]
            credentials = {"identifier": "credentials", "role": "SENDER", "url": f"{self.url}/credentials"}
            return self._reply({"version": self.version, "endpoints": [*endpoints, credentials]})
        self.received.append((request.method, request.path, body))
        return web.Response(body=self.answer, content_type="application/json")

    def _reply(self, data: Any) -> web.Response:
        return web.json_response({"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": data})

    async def register(self, http: aiohttp.ClientSession, node: LocalNode, token_a: str) -> None:
        token = {"Authorization": f"Token {token_a}"}
        async with http.get(node.versions_url, headers=token) as answer:
            versions = (await answer.json())["data"]
        details_url = next(entry["url"] for entry in versions if entry["version"] == self.version)
        async with http.get(details_url, headers=token) as answer:
            endpoints = (await answer.json())["data"]["endpoints"]
        self.node_endpoints = {(e["identifier"], e["role"]): e["url"] for e in endpoints}
        role = {
            "role": "CPO",
            "country_code": self.party.country_code,
            "party_id": self.party.party_id,
            "business_details": {"name": "By hand"},
        }
        credentials = {"token": "token-b-" + self.party.key, "url": f"{self.url}/versions", "roles": [role]}
        url = next(url for (module, _), url in self.node_endpoints.items() if module == "credentials")
        async with http.post(url, headers=token, json=credentials) as answer:
            body = await answer.json()
        assert body["status_code"] == 1000, body
        self.token_c = body["data"]["token"]


@asynccontextmanager
async def serving(back_end: BackEnd) -> AsyncIterator[BackEnd]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", back_end.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    back_end.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield back_end
    finally:
        await runner.cleanup()


async def joined(
    network: LocalNetwork, node: LocalNode, back_end: BackEnd, http: aiohttp.ClientSession
) -> BackEnd:
    await network.list_party(back_end.party, (Role.CPO,), PrivateKey.generate(), node)
    await back_end.register(http, node, await network.invite(back_end.party, node))
    return back_end


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pairs(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[dict[str, tuple[BackEnd, BackEnd]], aiohttp.ClientSession]]:
    """For each version a sender at node 1 and a receiver at node 2."""
    async with AsyncExitStack() as stack:
        directory = tmp_path_factory.mktemp("network")
        network = await stack.enter_async_context(local_network(directory, signatures_required=False))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        found = {}
        for n, version in enumerate(VERSIONS, start=1):
            sender = await stack.enter_async_context(serving(BackEnd(PartyId("DE", f"SN{n}"), version)))
            receiver = await stack.enter_async_context(serving(BackEnd(PartyId("NL", f"RC{n}"), version)))
            found[version] = (
                await joined(network, network.nodes[0], sender, http),
                await joined(network, network.nodes[1], receiver, http),
            )
        yield found, http


def routing(sender: BackEnd, receiver: BackEnd) -> dict[str, str]:
    return {
        "Authorization": f"Token {sender.token_c}",
        "Content-Type": "application/json",
        "X-Request-ID": "1",
        "X-Correlation-ID": "1",
        "OCPI-from-country-code": sender.party.country_code,
        "OCPI-from-party-id": sender.party.party_id,
        "OCPI-to-country-code": receiver.party.country_code,
        "OCPI-to-party-id": receiver.party.party_id,
    }


def address(sender: BackEnd, travel: str, content: bytes) -> tuple[str, str]:
    method, module, *rest = travel.split(" ")
    path = rest[0] if rest else ""
    for name in re.findall(r"{(\w+)}", path):
        found = re.search(rf'"{name}"\s*:\s*"([^"]+)"'.encode(), content)
        assert found is not None
        path = path.replace(f"{{{name}}}", found.group(1).decode())
    base = sender.node_endpoints[module, "RECEIVER"]
    return method, f"{base}/{path}" if path else base


@pytest.mark.parametrize("path", RELAYED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_example_sent_through_two_nodes_arrives_and_returns_byte_for_byte(
    path: Path, pairs: tuple[dict[str, tuple[BackEnd, BackEnd]], aiohttp.ClientSession]
) -> None:
    travel = travel_of(path)
    by_version, http = pairs
    sender, receiver = by_version[path.parent.name]
    content = path.read_bytes()
    if travel.startswith("answer "):
        receiver.answer = content
        url = sender.node_endpoints[travel.split(" ")[1], "SENDER"]
        async with http.get(url, headers=routing(sender, receiver)) as answer:
            assert await answer.read() == content
        return
    receiver.answer = b'{"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z",  "data": ' + content + b"}"
    method, url = address(sender, travel, content)
    receiver.received.clear()
    async with http.request(method, url, headers=routing(sender, receiver), data=content) as answer:
        came_back = await answer.read()
    assert [(m, body) for m, _, body in receiver.received] == [(method, content)]
    assert came_back == receiver.answer


async def test_every_example_is_accounted_for() -> None:
    assert len(FILES) > 100
    assert len(RELAYED) == len(FILES) - sum(1 for path in FILES if travel_of(path) == "stays") > 90
