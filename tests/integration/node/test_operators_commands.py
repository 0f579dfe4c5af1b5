"""``ocn node``: an operator's commands, against a node that runs."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from ocn.cli import app
from ocn.errors import OcnError
from ocn.node.copies.parts import CopyParts
from ocn.node.storage import open_database
from ocn.node.storage.copies import SqlCopyStore
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry.listings import Agreement, Modules, PartyListing, Service
from ocn.registry.static import StaticDirectory
from ocn.signing import PrivateKey

if TYPE_CHECKING:
    from tests.integration.node.conftest import Node, World
else:
    Node = World = object

Run = Callable[..., Awaitable[str]]
BILLING = PartyId("DE", "BIL")


@pytest.fixture
async def node(world: World) -> AsyncIterator[Node]:
    """A node with a CPO, an eMSP, and a service that the CPO permits everything."""
    services, provider = StaticDirectory(), PrivateKey.generate().address
    async with open_database("sqlite:///:memory:") as database:
        await database.upgrade()
        world.copies = CopyParts.of(SqlCopyStore(database), services)
        node = await world.node()
        cpo = await world.party(node, "DE", "CPO")
        msp = await world.party(node, "DE", "MSP")
        own = node.key.address, node.url
        services.list_party(PartyListing(cpo.id, cpo.key.address, (Role.CPO,), Modules(), *own))
        services.list_party(PartyListing(BILLING, provider, (Role.OTHER,), Modules(), *own))
        services.list_service(Service(provider, BILLING, "Billing", "https://s.example", (0,)))
        services.agree(Agreement(cpo.key.address, provider))
        for number in (1, 2):
            path = f"/ocpi/receiver/2.2.1/sessions/DE/CPO/{number}"
            assert (await cpo.call(msp, "PUT", path, b"{}")).code == 1000
        await node.client_info.tick()
        yield node


@pytest.fixture
def run(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command at the node and returns its output, or raises its error."""
    for variable in ("URL", "IDENTITY__ADMIN_KEY", "IDENTITY__ADMIN_KEY_FILE"):
        monkeypatch.delenv(f"OCN_NODE_{variable}", raising=False)
    key_file = tmp_path / "admin-key"
    key_file.write_text(f"{node.admin_key}\n")

    async def invoke(*arguments: str, env: dict[str, str] | None = None) -> str:
        where = ["--url", node.url, "--admin-key-file", str(key_file)] if env is None else []
        result = await asyncio.to_thread(CliRunner().invoke, app, ["node", *arguments, *where], env=env)
        if isinstance(result.exception, OcnError):
            raise result.exception
        if result.exit_code:
            raise AssertionError(f"exit status {result.exit_code}: {result.output}")
        return result.output

    return invoke


async def as_json(run: Run, *arguments: str) -> Any:
    return json.loads(await run(*arguments, "--json"))


async def test_tour_through_every_command(run: Run, node: Node) -> None:
    assert "DE CPO" in await run("platforms")
    invited = await as_json(run, "invite", "DE", "NEW", "--role", "EMSP")
    assert {"token", "versions", "id", "expires_at"} <= set(invited)
    assert "already connected" in str(await _error(run, "invite", "DE", "CPO"))
    assert "Nothing was broadcast" in await run("broadcasts")
    assert await as_json(run, "broadcasts") == await as_json(run, "conversions") == []
    assert "CONNECTED" in await run("client-info")
    first, _ = await as_json(run, "copies", "list", "--service", "DE BIL")
    assert first["state"] == "waiting"
    assert "/DE/CPO/2" in await run("copies", "list", "--after", str(first["id"]))
    assert (await as_json(run, "copies", "show", str(first["id"]), "--body"))["body"] == "{}"
    assert await as_json(run, "copies", "cancel", str(first["id"])) == {"changed": 1}
    assert await as_json(run, "copies", "retry", "--sender", "DE CPO") == {"changed": 0}
    assert "cancelled" in await run("copies", "counts")
    shown = await node.call("GET", "/admin/node", {"Authorization": f"Token {node.admin_key}"})
    assert (shown.json["copies"]["waiting"], shown.json["copies"]["cancelled"]) == (1, 1)
    assert shown.json["copies"]["oldest_waiting_seconds"] >= 0


async def test_a_change_of_copies_without_saying_which_is_no_request(run: Run) -> None:
    for arguments in (["cancel"], ["retry"], ["cancel", "1", "--state", "parked"]):
        with pytest.raises(AssertionError, match="exit status 2"):
            await run("copies", *arguments)
    assert len(await as_json(run, "copies", "list", "--state", "waiting")) == 2


async def test_the_settings_of_the_node_serve_as_the_operators(run: Run, node: Node) -> None:
    env = {"OCN_NODE_URL": f"{node.url}/", "OCN_NODE_IDENTITY__ADMIN_KEY": node.admin_key}
    assert "DE MSP" in await run("platforms", env=env)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "admin key is missing"),
        ({"OCN_NODE_IDENTITY__ADMIN_KEY": "wrong"}, "does not know this admin key"),
        ({"OCN_NODE_IDENTITY__ADMIN_KEY_FILE": "/nowhere/key"}, "cannot read /nowhere/key"),
        (
            {"OCN_NODE_URL": "http://127.0.0.1:1", "OCN_NODE_IDENTITY__ADMIN_KEY": "k"},
            "cannot be asked: connection refused",
        ),
        ({"OCN_NODE_URL": "nonsense", "OCN_NODE_IDENTITY__ADMIN_KEY": "k"}, "cannot be asked: invalid url"),
    ],
)
async def test_what_is_wrong_is_said_without_the_key(
    run: Run, node: Node, env: dict[str, str], said: str
) -> None:
    error = await _error(run, "platforms", env={"OCN_NODE_URL": node.url, **env})
    assert said in error.message
    assert node.admin_key not in error.message


async def _error(run: Run, *arguments: str, **more: Any) -> OcnError:
    with pytest.raises(OcnError) as caught:
        await run(*arguments, **more)
    return caught.value
