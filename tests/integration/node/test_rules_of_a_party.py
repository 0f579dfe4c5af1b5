"""OcnRules by the calls of the party kit, at a node."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.pages import texts

from ocn.ocpi.party_id import PartyId
from ocn.party import MemoryStorage, Party, PartyRole, StoredSender
from ocn.party.errors import RequestFailed
from ocn.party.sending.rules import rules_entry
from ocn.signing import PrivateKey

if TYPE_CHECKING:
    from tests.integration.node.conftest import Node, World
else:
    Node = World = object

PAGE = "how-to/who-may-send-to-you.md"
OFF = {"active": False, "list": []}


async def party(world: World, node: Node, codes: str, role: str) -> Party:
    world.list(PartyId.parse(codes), PrivateKey.generate(), node.key.address, node.url)
    wanted = json.dumps([{"country_code": codes[:2], "party_id": codes[3:]}]).encode()
    admin = {"Authorization": f"Token {node.admin_key}"}
    invited = await node.call("POST", "/admin/generate-registration-token", admin, wanted)
    storage = MemoryStorage()
    return Party(
        roles=[PartyRole.of(codes, role, codes)],
        node_url=node.url,
        token_a=invited.json["token"],
        storage=storage,
        handlers=[StoredSender(storage)],
    )


async def test_party_reads_and_changes_its_rules(world: World) -> None:
    node = await world.node()
    cpo, msp = await party(world, node, "DE CPO", "CPO"), await party(world, node, "DE MSP", "EMSP")
    async with cpo, msp:
        rules = cpo.client.rules
        assert await rules.read() == {"signatures": False, "whitelist": OFF, "blacklist": OFF}

        await rules.add("blacklist", "de msp", ["locations"])
        with pytest.raises(RequestFailed, match="blacklist") as refused:
            await anext(msp.client.to("DE CPO").locations())
        assert refused.value.status_code == 2000
        with pytest.raises(RequestFailed):
            await rules.block_all()
        await rules.remove("blacklist", "DE MSP")

        await rules.block_all()
        await rules.put("whitelist", [rules_entry(msp.own[0])])
        assert [each async for each in msp.client.to("DE CPO").locations()] == []
        await rules.put("whitelist", [])

        for demanded in (True, True, False):
            await rules.demand_signatures(demanded)
            assert await rules.read() == {"signatures": demanded, "whitelist": OFF, "blacklist": OFF}


async def test_program_of_the_page_does_what_it_says(world: World) -> None:
    (block,) = texts(PAGE, "python")
    names: dict[str, Any] = {}
    exec(compile(block, PAGE, "exec"), names)  # noqa: S102  the page is ours
    async with await party(world, await world.node(), "DE CPO", "CPO") as cpo:
        assert await names["choose"](cpo) == {"signatures": True, "whitelist": OFF, "blacklist": OFF}
