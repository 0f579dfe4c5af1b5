"""D10: a CPO permits a billing service to see its CDRs, and takes it back. Real processes, a real chain."""

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from ocn.registry.calls import create_agreement, revoke_agreement, set_service
from ocn.registry.listings import Permission

if TYPE_CHECKING:
    from tests.acceptance.node.conftest import Operated
    from tests.integration.node.conftest import Party, Request
else:
    Operated = Party = Request = object

pytestmark = pytest.mark.asyncio(loop_scope="module")

SESSIONS, CDRS = "/ocpi/receiver/2.2.1/sessions", "/ocpi/receiver/2.2.1/cdrs"
BILLING_SCOPE = (int(Permission.FORWARD_MODULE_CDRS_RECEIVER),)


async def reached(service: Party, number: int) -> list[Request]:
    async with asyncio.timeout(30):
        while len(service.backend.received) < number:
            await asyncio.sleep(0.02)
    return service.backend.received


async def session_and_cdr(cpo: Party, emsp: Party, number: int) -> bytes:
    """A session that ends, and its CDR."""
    session = json.dumps({"id": f"S{number}", "kwh": 1.5}).encode()
    path = f"{SESSIONS}/{cpo.id.country_code}/{cpo.id.party_id}/S{number}"
    assert (await cpo.call(emsp, "PUT", path, session)).code == 1000
    cdr = b'{ "id":"C%d",  "total_energy": 10.00, "total_cost":{"excl_vat":2.50}, "x":"\\u00e4" }' % number
    assert (await cpo.call(emsp, "POST", CDRS, cdr)).code == 1000
    return cdr


async def waiting(operated: Operated) -> int:
    answer = await operated.nodes[0].call(
        "GET", "/admin/copies/counts", {"Authorization": f"Token {operated.nodes[0].admin_key}"}
    )
    return int(answer.json["waiting"])


async def test_d10_the_service_receives_each_cdr_until_the_cpo_revokes(operated: Operated) -> None:
    cpo, emsp = await operated.party(0, "DE", "BCP"), await operated.party(1, "NL", "BMS")
    billing = await operated.party(1, "DE", "BIL")
    network = operated.network
    await network._change(set_service("Billing", "https://billing.example", BILLING_SCOPE), billing.key)
    await session_and_cdr(cpo, emsp, 1)  # nobody has agreed yet
    await network._change(create_agreement(billing.key.address), cpo.key)
    await operated.seen()
    second = await session_and_cdr(cpo, emsp, 2)
    (got,) = await reached(billing, 1)
    assert (got.method, got.target, got.body) == ("POST", "/receiver/cdrs", second)
    assert got.headers["ocn-copy"] == "request"
    assert got.headers["ocn-copy-receiver"] == "NL BMS"
    assert got.headers["ocpi-from-party-id"] == "BCP"
    await network._change(revoke_agreement(billing.key.address), cpo.key)
    await operated.seen()
    await session_and_cdr(cpo, emsp, 3)
    await network._change(create_agreement(billing.key.address), cpo.key)
    await operated.seen()
    fourth = await session_and_cdr(cpo, emsp, 4)
    assert [each.body for each in await reached(billing, 2)] == [second, fourth]
    assert [each.body for each in emsp.backend.received if each.method == "POST"][-1] == fourth


async def test_copies_survive_a_killed_node_and_arrive_in_order(operated: Operated) -> None:
    cpo, emsp = await operated.party(0, "DE", "KCP"), await operated.party(1, "NL", "KMS")
    service = await operated.party(0, "DE", "KIL", register=False)
    scope = (int(Permission.FORWARD_ALL),)
    await operated.network._change(set_service("Late", "https://late.example", scope), service.key)
    await operated.network._change(create_agreement(service.key.address), cpo.key)
    await operated.seen()
    bodies = [json.dumps({"id": "S", "kwh": number}).encode() for number in range(10)]
    for body in bodies:
        answer = await cpo.call(emsp, "PUT", f"{SESSIONS}/DE/KCP/S", body)
        assert answer.code == 1000
    assert await waiting(operated) == len(bodies)
    await operated.restart("node-1")
    assert await waiting(operated) == len(bodies)
    answer = await service.register(await service.invited())
    assert answer.code == 1000
    got = await reached(service, len(bodies))
    assert [each.body for each in got] == bodies
