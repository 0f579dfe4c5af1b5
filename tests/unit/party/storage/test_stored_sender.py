"""Whose sessions and CDRs the ready-made handler gives to whom."""

from dataclasses import replace
from typing import Any, cast

import pytest

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.party import Counterparty, ListQuery, MemoryStorage, Request, StoredSender

CPO, EMSP, OTHER, PLANNER = (
    PartyId("DE", "CPO"),
    PartyId("NL", "MSP"),
    PartyId("FR", "MSP"),
    PartyId("DE", "PLN"),
)


def asked_by(sender: PartyId, *, from_hub: bool = False) -> Request:
    return Request(
        method="GET",
        endpoint="http://cpo.test/sessions",
        module="sessions",
        interface_role=InterfaceRole.SENDER,
        path=(),
        query={},
        headers={},
        body=b"",
        request_id="1",
        correlation_id="1",
        sender=sender,
        receiver=CPO,
        from_hub=from_hub,
        caller=cast("Counterparty", None),
    )


def token(emsp: PartyId) -> dict[str, Any]:
    return {"country_code": emsp.country_code, "party_id": emsp.party_id, "uid": "1", "type": "RFID"}


@pytest.fixture
async def storage() -> MemoryStorage:
    storage = MemoryStorage()
    for number in range(7):
        emsp = EMSP if number % 2 else OTHER
        for kind in ("sessions", "cdrs"):
            await storage.put(kind, CPO, f"{number}", {"id": f"{number}", "cdr_token": token(emsp)})
    return storage


async def test_sessions_and_cdrs_are_given_to_the_emsp_whose_driver_they_are_of(
    storage: MemoryStorage,
) -> None:
    handler = StoredSender(storage)
    for listing in (handler.list_sessions, handler.list_cdrs):
        page = await listing(asked_by(EMSP), ListQuery(offset=1, limit=1))
        assert ([item["id"] for item in page.items], page.total) == (["3"], 3)
        assert (await listing(asked_by(PLANNER), ListQuery())).total == 0


async def test_sessions_of_all_are_given_to_readers_and_to_a_hub_that_stands_for_everyone(
    storage: MemoryStorage,
) -> None:
    handler = StoredSender(storage, readers=(PLANNER,))
    assert (await handler.list_sessions(asked_by(PLANNER), ListQuery())).total == 7
    assert (await handler.list_sessions(asked_by(OTHER, from_hub=True), ListQuery())).total == 7
    assert (await handler.list_sessions(asked_by(OTHER), ListQuery())).total == 4


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ({"uid": "1", "type": "RFID", "contract_id": "NL-MSP-C12345678"}, 1),
        ({"uid": "1", "type": "RFID", "contract_id": "nlmspC12345678"}, 1),
        ({"uid": "1", "type": "RFID", "contract_id": "FR-MSP-C12345678"}, 0),
        ({**token(EMSP), "country_code": "nl"}, 1),
        ({"party_id": "MSP"}, 0),
        ({}, 0),
        ("NLMSP", 0),
        (None, 0),
    ],
)
async def test_session_without_the_tokens_party_goes_by_its_contract(said: object, given: int) -> None:
    storage = MemoryStorage()
    await storage.put("sessions", CPO, "1", {"id": "1", "cdr_token": said})
    page = await StoredSender(storage).list_sessions(asked_by(EMSP), ListQuery())
    assert page.total == given


async def test_sessions_are_found_behind_many_of_others() -> None:
    storage = MemoryStorage()
    for number in range(600):
        await storage.put("sessions", CPO, f"{number}", {"id": f"{number}", "cdr_token": token(OTHER)})
    await storage.put("sessions", CPO, "last", {"id": "last", "cdr_token": token(EMSP)})
    page = await StoredSender(storage).list_sessions(asked_by(EMSP), replace(ListQuery(), limit=5))
    assert [item["id"] for item in page.items] == ["last"]
