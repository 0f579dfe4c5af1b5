"""Chain, two nodes, and parties registered through the public interfaces; then the nodes are pinned."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.bodies import ANSWER, PATH, Message, messages
from bench.conversions import written_in
from bench.machine import LOAD_CORE, PROXY_CORE, free_port, listening_pids, pin
from bench.proxies import reverse_proxy, upstream
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.signing import PrivateKey
from ocn.simulation.network.network import LocalNetwork, LocalNode, local_network

SENDER, LOCAL, REMOTE, SLOW = (
    PartyId("DE", "CPO"),
    PartyId("DE", "MSP"),
    PartyId("NL", "MSP"),
    PartyId("DE", "SLO"),
)
NEWER = str(VersionNumber.V2_3_0)
NEWER_SENDER, NEWER_RECEIVER = PartyId("FR", "CPO"), PartyId("FR", "MSP")
TO_2_3_0, FROM_2_3_0 = "one node, 2 kB to 2.3.0", "one node, 2 kB from 2.3.0"


@dataclass(frozen=True)
class Crossing:
    """What is sent, by whom, when the receiver speaks another version."""

    path: str
    message: Message
    token: str


@dataclass(frozen=True)
class Setting:
    directory: Path
    key: PrivateKey
    """The sender's."""
    token: str
    node_ports: tuple[int, int]
    node_pids: tuple[list[int], list[int]]
    nginx_port: int
    nginx_pid: int
    to_local: dict[str, Message]
    to_remote: dict[str, Message]
    to_slow: dict[str, Message]
    across: dict[str, Crossing]
    """Between versions, by the name of what is measured."""


@asynccontextmanager
async def setting(directory: Path) -> AsyncIterator[Setting]:
    upstream_port, nginx_port = free_port(), free_port()
    key = PrivateKey.generate()
    async with (
        upstream(directory, upstream_port, ANSWER, LOAD_CORE),
        reverse_proxy(directory, nginx_port, upstream_port, PROXY_CORE) as nginx_pid,
        local_network(directory / "network", signatures_required=False) as network,
        _backend(f"http://127.0.0.1:{upstream_port}") as (discovery, slow),
        _backend(slow) as (slow_discovery, _),
        _backend(f"http://127.0.0.1:{upstream_port}", NEWER) as (newer_discovery, _),
    ):
        one, two = network.nodes
        token = await _join(network, one, SENDER, Role.CPO, key, discovery)
        await _join(network, one, LOCAL, Role.EMSP, PrivateKey.generate(), discovery)
        await _join(network, two, REMOTE, Role.EMSP, PrivateKey.generate(), discovery)
        await _join(network, one, SLOW, Role.EMSP, PrivateKey.generate(), slow_discovery)
        newer = PrivateKey.generate()
        await _join(network, one, NEWER_RECEIVER, Role.EMSP, newer, newer_discovery, NEWER)
        newer_token = await _join(network, one, NEWER_SENDER, Role.CPO, newer, newer_discovery, NEWER)
        older = messages(SENDER, NEWER_RECEIVER, key)["2 kB"]
        session = messages(NEWER_SENDER, LOCAL, key)["2 kB"]
        ports = tuple(int(node.url.rpartition(":")[2]) for node in network.nodes)
        pids = tuple(listening_pids(port) for port in ports)
        for found in pids:
            pin(found, PROXY_CORE)
        yield Setting(
            directory,
            key,
            token,
            (ports[0], ports[1]),
            (pids[0], pids[1]),
            nginx_port,
            nginx_pid,
            messages(SENDER, LOCAL, key),
            messages(SENDER, REMOTE, key),
            messages(SENDER, SLOW, key),
            {
                TO_2_3_0: Crossing(PATH, written_in(older, VersionNumber.V2_2_1), token),
                FROM_2_3_0: Crossing(
                    PATH.replace("2.2.1", NEWER).replace("DE", NEWER_SENDER.country_code),
                    written_in(session, VersionNumber.V2_3_0),
                    newer_token,
                ),
            },
        )


@asynccontextmanager
async def _backend(modules_at: str, version: str = "2.2.1") -> AsyncIterator[tuple[str, str]]:
    """A platform; the values are its versions URL and the address of its slow receiver."""
    port, slow_port = free_port(), free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.backend", str(port), modules_at, str(slow_port), ANSWER.decode(), version
    )
    try:
        async with aiohttp.ClientSession() as http:
            for _ in range(200):
                try:
                    async with http.get(f"http://127.0.0.1:{port}/versions"):
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}/versions", f"http://127.0.0.1:{slow_port}"
    finally:
        process.terminate()
        await process.wait()


async def _join(
    network: LocalNetwork,
    node: LocalNode,
    party: PartyId,
    role: Role,
    key: PrivateKey,
    versions: str,
    version: str = "2.2.1",
) -> str:
    await network.list_party(party, (role,), key, node)
    token = await network.invite(party, node)
    credentials = {
        "token": "token-of-the-platform",
        "url": versions,
        "roles": [
            {
                "role": role,
                "party_id": party.party_id,
                "country_code": party.country_code,
                "business_details": {"name": str(party)},
            }
        ],
    }
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Token {token}"}) as http,
        http.post(f"{node.url}/ocpi/{version}/credentials", json=credentials) as answer,
    ):
        document = await answer.json()
    if document["status_code"] != 1000:
        raise SystemExit(f"{party} could not register: {document['status_message']}")
    return str(document["data"]["token"])
