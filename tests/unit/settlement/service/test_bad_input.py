"""What others may send that is wrong: each a clear error, nothing moved, nothing lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.settlement.world import CPO, CPO_KEY, EMSP, EMSP_KEY, LANE, NOON, World

from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party import Answer, Request
from ocn.party.json_text import JsonObject, encode_json
from ocn.party.reply import Reply
from ocn.settlement.core.evidence import NOTHING_YET, Kind, Leaf, extend
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.errors import ConflictingState
from ocn.settlement.protocol import MODULE
from ocn.settlement.protocol.content import unwrapped, wrapped
from ocn.settlement.protocol.messages import terms_answer
from ocn.settlement.protocol.vouchers import opened_object, shown_object
from ocn.settlement.records import Recorded
from ocn.signing.keys import PrivateKey

STRANGER = PrivateKey(b"\x09" * 32)


async def post(here: World, path: str, body: object, **query: str) -> Reply[Any]:
    """As the CPO, to the eMSP."""
    reply = await here.cpo.client.to(EMSP).request(
        "POST",
        MODULE,
        InterfaceRole.RECEIVER,
        tuple(path.split("/")),
        body={"content": encode_json(body).decode()},
        query=query,
        check=False,
    )
    return reply if reply.data is None else replace(reply, data=unwrapped(reply.data))


async def get(here: World, path: str, **query: str) -> Reply[Any]:
    return await here.cpo.client.to(EMSP).request(
        "GET", MODULE, InterfaceRole.RECEIVER, tuple(path.split("/")), query=query, check=False
    )


def state(lane: Lane = LANE, **more: object) -> JsonObject:
    return {"lane": lane.key, "there": None, "back": None, **more}


async def paid(here: World) -> tuple[Recorded, JsonObject]:
    """Pay one tick, and return its voucher with the state that the CPO shows."""
    await here.agree()
    await here.charge(kwh="0.5")
    await here.payee.step()
    last = await here.payee_store.last(LANE)
    assert last is not None
    return last, state(there=shown_object(last))


async def nothing_moved(here: World, owed: int = 200_000) -> None:
    payer, payee = await here.payer_store.last(LANE), await here.payee_store.last(LANE)
    assert payer is not None
    assert payee is not None
    assert payer.entry == payee.entry
    assert payer.entry.cumulative == owed
    assert await here.payer_store.last(LANE.opposite) is None


def credit(
    here: Recorded | None = None,
    *,
    lane: Lane = LANE.opposite,
    key: PrivateKey = CPO_KEY,
    amount: int = 5,
    kind: Kind = Kind.CREDIT,
    session_id: str = "S1",
) -> Recorded:
    leaf = Leaf(kind, CPO, session_id, "C1", amount, 0, b"\x01" * 32)
    entry = extend(here.head if here else NOTHING_YET, [leaf], b"\x02" * 32)
    return Recorded(lane, entry, sign_voucher(key, lane, entry.cumulative, entry.evidence).signature, NOON)


async def send(
    here: World, shown: JsonObject, *vouchers: JsonObject, lane: Lane = LANE.opposite
) -> Reply[Any]:
    return await post(here, "vouchers", {"state": shown, "lane": lane.key, "vouchers": list(vouchers)})


# ---- vouchers


def _stranger() -> JsonObject:
    return opened_object(credit(key=STRANGER))


def _of_the_payer() -> JsonObject:
    return opened_object(credit(key=EMSP_KEY))


def _other(**change: Any) -> Callable[[], JsonObject]:
    return lambda: opened_object(credit(lane=replace(LANE.opposite, **change)))


def _split() -> JsonObject:
    leaves = [Leaf(Kind.CREDIT, CPO, "S1", f"C{n}", 5, 0, b"\x01" * 32) for n in range(2)]
    entry = extend(NOTHING_YET, leaves, b"\x02" * 32)
    signed = sign_voucher(CPO_KEY, LANE.opposite, entry.cumulative, entry.evidence)
    value = opened_object(Recorded(LANE.opposite, entry, signed.signature, NOON))
    return value | {"leaves": value["leaves"][:1]}


def _changed(**members: Any) -> Callable[[], JsonObject]:
    return lambda: opened_object(credit()) | members


def _leaf(**members: Any) -> Callable[[], JsonObject]:
    def make() -> JsonObject:
        value = opened_object(credit())
        return value | {"leaves": [value["leaves"][0] | members]}

    return make


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_stranger, "signed by 0x"),
        (_of_the_payer, "signed by 0x"),
        (_other(chain_id=1), "signed by 0x"),
        (_other(contract="0x" + "c1" * 20), "signed by 0x"),
        (_other(token="0x" + "e1" * 20), "signed by 0x"),
        (_other(payee="0x" + "b1" * 20), "signed by 0x"),
        (_other(payer="0x" + "b1" * 20), "signed by 0x"),
        (_split, "do not add up|other leaves"),
        (_changed(cumulative="6"), "signed by 0x"),
        (_changed(cumulative="5.0"), "whole number of the token's smallest unit"),
        (_changed(cumulative=5), "whole number of the token's smallest unit"),
        (_changed(cumulative="-5"), "whole number"),
        (_changed(cumulative=str(2**120)), "more than a lane can count"),
        (_changed(number=0), "older than the one held|two different vouchers"),
        (_changed(number=2), "does not follow"),
        (_changed(number=True), "whole number"),
        (_changed(number=2**70), "whole number"),
        (_changed(previous="0x" + "01" * 32), "does not follow"),
        (_changed(evidence="0x" + "01" * 32), "signed by 0x"),
        (_changed(evidence="0x01"), "64 hex digits"),
        (_changed(signature="0x" + "00" * 64), "no key can have made it"),
        (_changed(signature=None), "128 hex digits"),
        (_changed(seed="0x" + "00" * 32), "other leaves"),
        (_changed(leaves=[]), "1 to"),
        (_changed(leaves="all"), "1 to"),
        (_changed(leaves=[None]), "must be an object"),
        (_leaf(amount="6"), "do not add up|other leaves"),
        (_leaf(amount=Decimal("5")), "whole number"),
        (_leaf(kind="GIFT"), "one of TICK, CDR, CREDIT"),
        (_leaf(kind="TICK"), "other leaves"),
        (_leaf(session_id="S2"), "other leaves"),
        (_leaf(session_id=""), "identifier"),
        (_leaf(ends="CDR9"), "other leaves"),
        (_leaf(wh=-1), "whole number"),
        (_leaf(document="0x"), "64 hex digits"),
        (lambda: opened_object(credit(session_id="S9")), "for which nothing was paid"),
    ],
)
async def test_voucher_that_is_wrong_is_refused(
    here: World, make: Callable[[], JsonObject], says: str
) -> None:
    _, shown = await paid(here)
    reply = await send(here, shown, make())
    assert (reply.status_code, reply.http_status) == (2001, 400)
    assert re.search(says, reply.status_message or "")
    await nothing_moved(here)


async def test_vouchers_out_of_order_are_taken_in_order_only(here: World) -> None:
    _, shown = await paid(here)
    first = credit()
    second = credit(first)
    assert (await send(here, shown, opened_object(second), opened_object(first))).status_code == 2001
    assert await here.payer_store.last(LANE.opposite) is None
    assert (await send(here, shown, opened_object(first), opened_object(second))).status_code == 1000
    assert (await send(here, shown, opened_object(first))).status_code == 1000
    last = await here.payer_store.last(LANE.opposite)
    assert last is not None
    assert last.entry.cumulative == 10


async def test_voucher_of_a_payment_pushed_by_its_payee_must_be_the_payers(here: World) -> None:
    last, shown = await paid(here)
    leaf = last.entry.leaves[0]
    entry = extend(last.head, [leaf], b"\x03" * 32)
    forged = sign_voucher(CPO_KEY, LANE, entry.cumulative, entry.evidence)
    reply = await send(here, shown, opened_object(Recorded(LANE, entry, forged.signature, NOON)), lane=LANE)
    assert reply.status_code == 2001
    await nothing_moved(here)


async def test_voucher_of_a_lane_that_nobody_agreed_on_is_refused(here: World) -> None:
    _, shown = await paid(here)
    elsewhere = replace(LANE, token="0x" + "e1" * 20)
    reply = await send(here, shown, lane=elsewhere)
    assert "none of the two lanes" in (reply.status_message or "")
    reply = await send(here, state(elsewhere), lane=elsewhere)
    assert (reply.status_code, reply.http_status) == (2003, 404)


# ---- requests


@pytest.mark.parametrize(
    "body",
    [{}, {"content": {}}, {"content": "[]"}, {"content": "no JSON"}, {"content": None}, {"state": state()}],
    ids=str,
)
async def test_body_that_carries_no_message_is_refused(here: World, body: JsonObject) -> None:
    reply = await here.cpo.client.to(EMSP).request(
        "POST", MODULE, InterfaceRole.RECEIVER, ("requests",), body=body, check=False
    )
    assert (reply.status_code, reply.http_status) == (2001, 400)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "state must be an object"),
        ({"state": state()}, "items must be a list"),
        ({"state": state(), "items": {}}, "items must be a list"),
        ({"state": state(), "items": [{}] * 1001}, "at most 1000"),
        ({"state": {"lane": "EUR"}, "items": []}, "names no lane"),
        ({"state": {"lane": 5}, "items": []}, "names no lane"),
        ({"state": state(there=[]), "items": []}, "state.there must be an object"),
        ({"state": state(there={"number": 1}), "items": []}, "state.there.cumulative"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_request_that_cannot_be_read_is_refused(here: World, body: JsonObject, says: str) -> None:
    await paid(here)
    reply = await post(here, "requests", body)
    assert (reply.status_code, reply.http_status) == (2001, 400)
    assert says in (reply.status_message or "")
    await nothing_moved(here)


async def test_item_that_cannot_be_read_is_refused_alone(here: World) -> None:
    _, shown = await paid(here)
    good = here.session("S2", "0.5")
    await here.cpo.client.to(EMSP).put_session(good)  # type: ignore[arg-type]  # plain JSON
    items = [
        None,
        {"total": "1.5", "session": here.session("S3")},
        {"total": "1", "session": {"id": "S3"}},
        {"total": "200000", "session": good},
    ]
    reply = await post(here, "requests", {"state": shown, "items": items})
    assert [(each["item"], each["reason"]) for each in reply.data["refused"]] == [
        (0, "UNREADABLE"),
        (1, "UNREADABLE"),
        (2, "UNREADABLE"),
    ]
    assert reply.data["vouchers"][0]["cumulative"] == "400000"


async def test_same_session_twice_in_one_request_is_paid_once(here: World) -> None:
    _, shown = await paid(here)
    session = here.session("S2", "0.5")
    await here.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
    items = [{"total": "200000", "session": session}, {"total": "200000", "session": session | {"id": "s2"}}]
    reply = await post(here, "requests", {"state": shown, "items": items})
    assert reply.data["vouchers"][0]["cumulative"] == "400000"


async def test_voucher_shown_that_this_payer_never_signed_is_refused(here: World) -> None:
    last, _ = await paid(here)
    beyond = extend(last.head, last.entry.leaves, b"\x07" * 32)
    forged = sign_voucher(STRANGER, LANE, beyond.cumulative, beyond.evidence)
    shown = state(there=shown_object(Recorded(LANE, beyond, forged.signature, NOON)))
    reply = await post(here, "requests", {"state": shown, "items": []})
    assert reply.status_code == 2001
    assert "signed by 0x" in (reply.status_message or "")
    await nothing_moved(here)


async def test_payee_that_shows_an_old_voucher_gets_the_newer_ones_and_no_new_one(here: World) -> None:
    last, _ = await paid(here)
    session = here.session("S2", "0.5")
    await here.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
    reply = await post(
        here, "requests", {"state": state(), "items": [{"total": "200000", "session": session}]}
    )
    assert reply.data["judged"] is False
    assert reply.data["vouchers"] == [opened_object(last)]
    await nothing_moved(here)


async def test_cdr_of_a_party_that_did_not_relay_the_session_is_refused(here: World) -> None:
    """Another CPO asks for a session of somebody else's: it is not even a session of its own."""
    _, shown = await paid(here)
    other = here.session("S1") | {"party_id": "XXX"}
    reply = await post(here, "requests", {"state": shown, "items": [{"total": "1", "session": other}]})
    (refused,) = reply.data["refused"]
    assert refused["reason"] == "UNREADABLE"
    assert "belongs to DE XXX" in refused["detail"]
    unknown, unposted = here.cdr("S8", "0.5"), here.cdr("S1", "0.5")
    await here.cpo.client.to(EMSP).post_cdr(unknown)  # type: ignore[arg-type]  # plain JSON
    items = [{"total": "200000", "cdr": each} for each in (unknown, unposted)]
    reply = await post(here, "requests", {"state": shown, "items": items})
    assert [each["reason"] for each in reply.data["refused"]] == ["UNKNOWN_SESSION", "CDR_NOT_RELAYED"]
    await nothing_moved(here)


async def test_cdr_id_for_another_document_is_refused_by_both_sides(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.5")
    await here.payee.step()
    await here.bill(kwh="0.5")
    await here.payee.step()
    with pytest.raises(ConflictingState, match="never change"):
        await here.collect.finish(here.cdr(kwh="0.6"))
    last = await here.payee_store.last(LANE)
    assert last is not None
    again = {"total": "240000", "cdr": here.cdr(kwh="0.6")}
    reply = await post(here, "requests", {"state": state(there=shown_object(last)), "items": [again]})
    assert reply.data["refused"][0]["reason"] == "DUPLICATE_ID"
    second = here.cdr(kwh="0.5", cdr_id="CDR-2")
    await here.cpo.client.to(EMSP).post_cdr(second)  # type: ignore[arg-type]  # plain JSON
    reply = await post(
        here,
        "requests",
        {"state": state(there=shown_object(last)), "items": [{"total": "200000", "cdr": second}]},
    )
    assert reply.data["refused"][0]["reason"] == "DUPLICATE_SESSION"
    await nothing_moved(here)


async def test_session_under_two_ids_is_paid_once(here: World) -> None:
    await here.agree()
    start = here.session("S1")["start_date_time"]
    for session_id in ("S1", "S1-AGAIN"):
        await here.charge(session_id, "0.5", start_date_time=start)
        await here.payee.step()
    assert await here.owed() == 200_000
    here.restart_payer()
    third = here.session("S1-THIRD", "0.5", start_date_time=start)
    cdr = here.cdr("S1-THIRD", "0.5", start_date_time=start)
    await here.cpo.client.to(EMSP).put_session(third)  # type: ignore[arg-type]  # plain JSON
    await here.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    await here.collect.finish(cdr)
    await here.payee.step()
    assert await here.owed() == 200_000
    cases = await here.payer_store.cases()
    assert [(each.reason, each.session_id) for each in cases] == [
        (Reason.DUPLICATE_SESSION, "S1-AGAIN"),
        (Reason.DUPLICATE_SESSION, "S1-THIRD"),
    ]
    assert "paid for as session S1" in cases[0].detail


async def test_session_under_two_ids_in_one_request_is_paid_once(here: World) -> None:
    _, shown = await paid(here)
    start = here.session("S2")["start_date_time"]
    items = []
    for session_id in ("S2", "S2-AGAIN"):
        session = here.session(session_id, "0.5", start_date_time=start)
        await here.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
        items.append({"total": "200000", "session": session})
    reply = await post(here, "requests", {"state": shown, "items": items})
    assert [(each["item"], each["reason"]) for each in reply.data["refused"]] == [(1, "DUPLICATE_SESSION")]
    assert reply.data["vouchers"][0]["cumulative"] == "400000"


async def test_session_that_was_credited_as_a_whole_may_be_billed_under_another_id(here: World) -> None:
    await here.agree()
    start = here.session("S1")["start_date_time"]
    await here.charge("S1", "0.5")
    cdr = await here.bill("S1", "0.5")
    await here.payee.step()
    await here.collect.credit(here.credit_of(cdr))
    again = here.session("S1-AGAIN", "0.5", start_date_time=start, status="COMPLETED")
    await here.cpo.client.to(EMSP).put_session(again)  # type: ignore[arg-type]  # plain JSON
    bill = here.cdr("S1-AGAIN", "0.5", start_date_time=start)
    await here.cpo.client.to(EMSP).post_cdr(bill)  # type: ignore[arg-type]  # plain JSON
    await here.collect.finish(bill)
    await here.payee.step()
    assert await here.owed() - await here.credited() == 200_000


# ---- addresses


@pytest.mark.parametrize(
    ("method", "path", "status", "http_status"),
    [
        ("GET", "nothing", 2003, 404),
        ("GET", "requests", 2001, 405),
        ("DELETE", "vouchers", 2001, 405),
        ("GET", "vouchers", 2001, 400),
        ("GET", "state", 2001, 400),
        ("GET", "terms", 2001, 400),
        ("POST", "terms", 2001, 400),
        ("POST", "requests/reserve", 2001, 400),
    ],
)
async def test_address_that_is_not_there_or_lacks_something_is_told(
    here: World, method: str, path: str, status: int, http_status: int
) -> None:
    await here.agree()
    reply = await here.cpo.client.to(EMSP).request(
        method, MODULE, InterfaceRole.RECEIVER, tuple(path.split("/")), body={}, check=False
    )
    assert (reply.status_code, reply.http_status) == (status, http_status)
    assert reply.status_message


async def test_terms_and_vouchers_of_others_are_not_shown(here: World) -> None:
    await paid(here)
    reply = await get(here, "terms", payer="NLMSP", payee="DEXXX")
    assert reply.status_code == 2001
    other = replace(LANE, payee="0x" + "b1" * 20)
    assert (await get(here, "vouchers", lane=other.key)).status_code == 2003
    assert (await get(here, "vouchers", lane=LANE.key, after="-1")).status_code == 2001
    assert (await get(here, "vouchers", lane=LANE.key, after="9" * 30)).status_code == 2001
    assert (await get(here, "terms", payer="?", payee="")).status_code == 2001


async def test_stranger_that_shows_what_others_hold_gets_nothing_and_moves_nothing(here: World) -> None:
    """It has seen a lane, a voucher and terms, and speaks in its own name."""
    last, shown = await paid(here)
    seen: list[Request] = []
    honest = here.payer.module

    async def module(request: Request) -> Answer:
        seen.append(request)
        return await honest(request)

    here.payer.module = module  # type: ignore[assignment]  # stands in for it
    item = {"total": "400000", "session": here.session("S1", "1.0")}
    await post(here, "requests", {"state": shown, "items": [item]})
    await send(here, shown, opened_object(credit()))
    await send(here, shown, opened_object(last), lane=LANE)
    await post(here, "requests/reserve", {"state": shown, "missing": "5", "detail": ""})
    await post(here, "terms", terms_answer((await here.payee_store.terms(EMSP, CPO))[0]))
    await post(here, "terms/hold-back", {"lane": LANE.key})
    await get(here, "vouchers", lane=LANE.key)
    await get(here, "state", lane=LANE.key)
    await get(here, "terms", payer="NLMSP", payee="DECPO")
    before = await here.payer_store.last(LANE), await here.payer_store.last(LANE.opposite)
    assert len(seen) == 9
    for request in seen:
        with pytest.raises((InvalidParameters, UnknownObject)):
            await honest(replace(request, sender=PartyId("FR", "XXX")))
    assert before == (await here.payer_store.last(LANE), await here.payer_store.last(LANE.opposite))
    assert await here.payer_store.cases() == []


async def test_party_that_only_collects_pays_nobody_and_the_other_way_round(here: World) -> None:
    await here.agree()
    reply = await here.emsp.client.to(CPO).request(
        "POST",
        MODULE,
        InterfaceRole.RECEIVER,
        ("requests",),
        body=wrapped({"state": state(LANE.opposite), "items": []}),
        check=False,
    )
    assert (reply.status_code, reply.http_status) == (2003, 404)
