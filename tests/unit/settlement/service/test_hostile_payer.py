"""A payer that answers with what it should not: nothing of it is taken, and the car is held as by silence."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.settlement.world import LANE, World

from ocn.party import Answer, Request
from ocn.party.json_text import JsonObject, encode_json
from ocn.settlement.protocol.content import unwrapped, wrapped

Twist = Callable[[JsonObject], JsonObject]


def twisted(here: World, twist: Twist) -> None:
    """Let the payer's answers to requests be changed on their way out."""
    honest = here.payer.module

    async def module(request: Request) -> Answer:
        answer = await honest(request)
        if request.path == ("requests",):
            return Answer(wrapped(twist(unwrapped(answer.data))))
        return answer

    here.payer.module = module  # type: ignore[assignment]  # stands in for it


def _voucher(**members: Any) -> Twist:
    def twist(data: JsonObject) -> JsonObject:
        return data | {"vouchers": [each | members for each in data["vouchers"]]}

    return twist


def _leaf(**members: Any) -> Twist:
    def twist(data: JsonObject) -> JsonObject:
        vouchers = [
            each | {"leaves": [leaf | members for leaf in each["leaves"]]} for each in data["vouchers"]
        ]
        return data | {"vouchers": vouchers}

    return twist


@pytest.mark.parametrize(
    "twist",
    [
        _voucher(signature="0x" + "11" * 64),
        _voucher(cumulative="999999999"),
        _voucher(seed="0x" + "11" * 32),
        _voucher(number=7),
        _voucher(leaves=[]),
        _leaf(amount="1"),
        _leaf(session_id="S9"),
        lambda data: data | {"vouchers": "none"},
        lambda data: data | {"judged": False, "vouchers": []},
        lambda data: data | {"state": None},
        lambda data: data | {"refused": [{"item": 0, "reason": "WHATEVER", "detail": ""}]},
        lambda data: {"nothing": "at all"},
    ],
)
async def test_answer_that_is_no_good_counts_as_silence(
    here: World, twist: Twist, caplog: pytest.LogCaptureFixture
) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    twisted(here, twist)
    with caplog.at_level(logging.WARNING):
        await here.payee.step()
    assert caplog.records
    assert await here.owed() == 0
    here.clock.pass_(20)
    await here.payee.step()
    here.clock.pass_(20)
    await here.payee.step()
    assert here.chargers.told == [("hold", "S1"), ("stop", "S1")]
    assert await here.owed() == 0


async def test_payer_that_pays_less_than_is_asked_for_does_not_get_more_energy(here: World) -> None:
    """Its tolerance is below zero, so to speak: it signs for a part, again and again."""
    await here.agree()

    def halve(items: list[JsonObject]) -> list[JsonObject]:
        return [item | {"total": str(int(item["total"]) // 2)} for item in items]

    honest = here.payer.module

    async def module(request: Request) -> Answer:
        if request.path == ("requests",):
            body = unwrapped(request.json())
            body["items"] = halve(body["items"])
            return await honest(replace(request, body=encode_json(wrapped(body))))
        return await honest(request)

    here.payer.module = module  # type: ignore[assignment]  # stands in for it
    await here.charge(kwh="0.3")
    await here.payee.step()
    assert await here.owed() == 60_000
    for kwh in ("0.35", "0.4"):
        await here.charge(kwh=kwh)
        await here.payee.step()
    assert here.chargers.told == [("hold", "S1")]


async def test_refusal_of_items_that_were_never_asked_for_is_passed_over(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.3")
    strange = {"item": 99, "reason": "VERDICT", "detail": "no", "case_id": "c", "evidence": "{}"}
    twisted(here, lambda data: data | {"refused": [strange]})
    await here.payee.step()
    assert await here.owed() == 120_000
    assert await here.payee_store.cases() == []


async def test_evidence_that_is_not_what_its_hash_says_is_not_kept(here: World) -> None:
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()

    def lie(data: JsonObject) -> JsonObject:
        return data | {"refused": [each | {"evidence": "{}"} for each in data["refused"]]}

    twisted(here, lie)
    await here.bill(kwh="0.4", cost="0.55")
    await here.payee.step()
    (case,) = await here.payee_store.cases()
    assert case.evidence == b""
    assert case.evidence_hash != b""
    assert (await here.chain.state(LANE)).claimed == 0
