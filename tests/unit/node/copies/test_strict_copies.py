"""Strict signatures of copies: they come late and again, and nothing else may pass for them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.links import NODE_DOOR
from ocn.node.node_headers import NODE_SIGNATURE, SIGNED_BY_NODES
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.signatures.strict_terms import ListedKeys, StrictTerms
from ocn.signing import NodeRequest, new_nonce, sign_node_message
from ocn.signing.strict import Reason, RequestParts, extend, sign_strictly, verify_strictly

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Party, Request, World
    from tests.unit.node.copies.conftest import Copying
else:
    Answer = Copying = Party = Request = World = object

CDR = b'{"id":"C1",  "total_energy": 10.00}'
CDRS = "/receiver/2.2.1/cdrs"
START = "/receiver/2.2.1/commands/START_SESSION"
CDRS_RECEIVER = 8
MSP = PartyId("DE", "MSP")
DEMAND = b'{"signature_demand": "strict"}'


@dataclass
class Registry:
    """The keys that a service asks for."""

    world: World

    async def keys(self, party: PartyId) -> ListedKeys | None:
        listing = self.world.directory.party(party)
        return ListedKeys(listing.address, listing.operator) if listing else None


def a_service(copying: Copying, *, takes_copies: bool = True) -> StrictSignatures:
    world = copying.network.world
    terms = StrictTerms(sign=False, require=True, takes_copies=takes_copies)
    return StrictSignatures(None, terms, Registry(world), world.clock.now_ms)


async def taken(strict: StrictSignatures, service: Party, got: Request, *, marked: bool = True) -> None:
    """Have a service check what it got; raises what is wrong with it."""
    headers = {name.lower(): value for name, value in got.headers.items()}
    if not marked:
        del headers["ocn-copy"]
    path = got.url.removeprefix(service.backend.url).replace("er/", "er/2.2.1/", 1)
    await strict.check_request(got.method, path, "", headers, got.body, own=service.id)


def signed(user: Party, to: PartyId, target: str = CDRS, **parts: Any) -> tuple[RequestParts, str]:
    """Sign a POST of a party; ``parts`` has its body, and the response_url cut out of that."""
    _, role, version, module, *rest = target.split("/")
    parts = {"body": CDR, "response_url": "", **parts}
    made = RequestParts(
        method="POST",
        version=version,
        module=module,
        role=role.upper(),
        path="".join(f"/{segment}" for segment in rest),
        query="",
        sender=user.id.key,
        receiver=to.key,
        correlation_id="corr-1",
        **parts,
    )
    now = user.world.clock.now_ms()
    return made, sign_strictly(user.key, made, created_ms=now, lifetime_ms=60_000, nonce=new_nonce())


async def post_cdr(copying: Copying) -> None:
    _, text = signed(copying.cpo, copying.msp.id)
    answer = await copying.cpo.call(copying.msp, "POST", f"/ocpi{CDRS}", CDR, ocn_strict_signature=text)
    assert answer.json["status_code"] == 1000


async def demand(service: Party) -> None:
    admin = {"Authorization": "Token admin"}
    codes = f"{service.id.country_code}/{service.id.party_id}"
    view = await service.node.call("GET", f"/admin/parties/{codes}", admin)
    answer = await service.node.call("PATCH", f"/admin/platforms/{view.json['id']}", admin, DEMAND)
    assert answer.json["signature_demand"] == "strict"


async def test_a_service_that_demands_strict_takes_a_copy_days_later_and_again(
    copying: Copying, service: Party
) -> None:
    copying.permit(copying.cpo, service, CDRS_RECEIVER)
    await demand(service)
    await post_cdr(copying)
    clock = copying.network.world.clock
    clock.advance(timedelta(days=2))
    (got,) = await copying.copies(service)
    strict = a_service(copying)
    await taken(strict, service, got)
    await taken(strict, service, got)
    with pytest.raises(InvalidParameters, match="expired"):
        await taken(strict, service, got, marked=False)
    with pytest.raises(InvalidParameters, match="expired"):
        await taken(a_service(copying, takes_copies=False), service, got)
    clock.advance(timedelta(days=2))
    with pytest.raises(InvalidParameters, match="too long ago"):
        await taken(strict, service, got)


async def test_a_party_that_takes_no_copies_takes_nothing_written_to_another(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, CDRS_RECEIVER)
    await post_cdr(copying)
    (got,) = await copying.copies(copying.near)
    with pytest.raises(InvalidParameters, match="written to DEMSP"):
        await taken(a_service(copying, takes_copies=False), copying.near, got)
    with pytest.raises(InvalidParameters, match="written to DEMSP"):
        await taken(a_service(copying), copying.near, got, marked=False)


async def test_a_copy_too_old_for_its_signature_goes_without(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.near, CDRS_RECEIVER)
    await post_cdr(copying)
    copying.network.world.clock.advance(timedelta(days=4))
    (got,) = await copying.copies(copying.near)
    assert got.header("OCN-Strict-Signature") is None


@pytest.mark.parametrize("what", ["command", "result"])
async def test_a_copy_without_the_address_of_its_original_keeps_its_signature(
    copying: Copying, service: Party, what: str
) -> None:
    """The response_url, and the id that a result is posted under, are exchanged by links of the node."""
    secret = "http://msp.test/results/7"
    body, cut = f'{{"response_url":"{secret}"}}'.encode(), b'{"response_url":}'
    asker, answerer = copying.msp, copying.cpo
    if what == "command":
        copying.permit(asker, service, 0)
        _, text = signed(asker, answerer.id, START, body=cut, response_url=secret)
        answer = await asker.call(answerer, "POST", f"/ocpi{START}", body, ocn_strict_signature=text)
    else:
        await asker.call(answerer, "POST", f"/ocpi{START}", body)
        minted = answerer.backend.received[0].body.decode().split('"')[3]
        target, body = minted.removeprefix(f"{copying.network.one.url}/ocpi"), b'{"result":"ACCEPTED"}'
        copying.permit(answerer, service, 0)
        _, text = signed(answerer, asker.id, target, body=body)
        answer = await answerer.call(asker, "POST", minted, body, ocn_strict_signature=text)
    assert answer.json["status_code"] == 1000
    (got,) = await copying.copies(service)
    await taken(a_service(copying), service, got)
    assert b"results/7" not in got.body


@dataclass
class Attack:
    """What node one, which is the attacker's, sends to node two in the name of its CPO."""

    copying: Copying
    to: Party
    marked: bool = True
    written_to: PartyId = MSP
    sent_after: timedelta = timedelta(days=1)
    copied_after: timedelta = timedelta(0)

    async def carried_out(self) -> int:
        one, two, clock = self.copying.network.one, self.copying.network.two, self.copying.network.world.clock
        parts, text = signed(self.copying.cpo, self.written_to)
        if self.written_to != self.to.id:
            standing = verify_strictly(text, parts).standing
            made_ms = int((clock.now() + self.copied_after).timestamp() * 1000)
            named = replace(parts, receiver=self.to.id.key)
            text = extend(one.key, standing, Reason.TO, named, created_ms=made_ms).text
        clock.advance(self.sent_after)
        headers = {name.lower(): value for name, value in self.copying.cpo.headers(self.to).items()}
        headers |= {"ocn-strict-signature": text, "content-type": "application/json"}
        if self.marked:
            headers["ocn-copy"] = "request"
        signed_headers = {name: headers.get(name, "") for name in SIGNED_BY_NODES}
        message = NodeRequest(
            to=two.key.address, method="POST", target=CDRS, headers=signed_headers, body=CDR
        )
        proof = sign_node_message(one.key, message, nonce=new_nonce(), time_ms=clock.now_ms())
        answer = await two.call("POST", f"{NODE_DOOR}{CDRS}", {**headers, NODE_SIGNATURE: proof}, CDR)
        status = int(answer.json["status_code"])
        assert (status == 1000) == bool(self.to.backend.received)
        return status


async def attacked(copying: Copying, **how: Any) -> int:
    copying.permit(copying.cpo, copying.far, CDRS_RECEIVER)
    return await Attack(copying, **{"to": copying.far, **how}).carried_out()


async def test_an_honest_copy_a_day_late_is_taken_so_that_attacks_can_fail(copying: Copying) -> None:
    assert await attacked(copying) == 1000


async def test_an_ordinary_message_replayed_as_a_copy_is_refused(copying: Copying) -> None:
    assert await attacked(copying, written_to=copying.far.id) == 2001


async def test_a_copy_to_a_party_that_is_no_service_of_the_sender_is_refused(copying: Copying) -> None:
    assert await attacked(copying, to=copying.network.cpx) == 4000


async def test_a_copy_after_revocation_is_refused(copying: Copying) -> None:
    copying.permit(copying.cpo, copying.far, CDRS_RECEIVER)
    copying.revoke(copying.cpo, copying.far)
    assert await Attack(copying, copying.far).carried_out() == 4000


@pytest.mark.parametrize("sent_after", [timedelta(0), timedelta(days=1)])
async def test_a_copy_that_is_not_marked_is_refused(copying: Copying, sent_after: timedelta) -> None:
    assert await attacked(copying, marked=False, sent_after=sent_after) == 2001


async def test_a_copy_made_of_an_expired_message_is_refused(copying: Copying) -> None:
    assert await attacked(copying, copied_after=timedelta(minutes=5)) == 2001


async def test_a_copy_kept_for_too_long_is_refused(copying: Copying) -> None:
    assert await attacked(copying, sent_after=timedelta(days=4)) == 2001


async def test_a_copy_dated_ahead_is_refused(copying: Copying) -> None:
    assert await attacked(copying, sent_after=timedelta(0), copied_after=timedelta(minutes=2)) == 2001
