"""Records of what a transaction paid: pushed between parties of OCPI 2.3.0, kept elsewhere."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.unit.settlement.world import CPO, EMSP, LANE, Network, World, world

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.versions import VersionNumber
from ocn.party import Answer, Request
from ocn.party.errors import PeerTimedOut
from ocn.party.json_text import JsonObject
from ocn.settlement.core.invoices import InvoiceRecord, InvoiceState
from ocn.settlement.service.invoicing import INVOICES


@pytest.fixture
async def here() -> AsyncIterator[World]:
    async with world(versions=[VersionNumber.V2_3_0]) as opened:
        yield opened


async def settled(here: World) -> None:
    await here.agree()
    await here.charge("S1", "0.5")
    await here.bill("S1", "0.5")
    await here.payee.step()
    await here.collect.settle_now(EMSP)


async def records(here: World, state: InvoiceState) -> list[InvoiceRecord]:
    return list(await here.payee_store.invoices(state))


async def test_record_is_pushed_once_and_taken_by_who_has_booked_the_same(here: World) -> None:
    await settled(here)
    await here.payer.step()
    for _ in range(2):
        await here.payee.step()
    (record,) = await records(here, InvoiceState.SENT)
    assert (record.owner, record.peer, record.body["cdrs"]) == (CPO, EMSP, ["CDR-S1"])
    assert await here.payer_store.invoices(InvoiceState.WAITING) == []


async def test_record_waits_until_the_other_side_has_booked_too(here: World) -> None:
    await settled(here)
    await here.payee.step()
    assert len(await records(here, InvoiceState.WAITING)) == 1
    await here.payer.step()
    await here.payee.step()
    assert len(await records(here, InvoiceState.WAITING)) == 1  # it is tried once a minute
    here.clock.pass_(61)
    here.restart_payee()
    await here.payee.step()
    assert len(await records(here, InvoiceState.SENT)) == 1


async def test_record_that_nobody_takes_for_a_day_is_kept(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(here)
    send = Network.send

    async def deaf(self: Network, method: str, url: str, *rest: Any, **more: Any) -> Any:
        if "invoicereconciliation" in url:
            raise PeerTimedOut("nobody is there")
        return await send(self, method, url, *rest, **more)

    monkeypatch.setattr(Network, "send", deaf)
    await here.payee.step()
    assert len(await records(here, InvoiceState.WAITING)) == 1
    here.clock.pass_(86_400)
    await here.payee.step()
    assert len(await records(here, InvoiceState.KEPT)) == 1


async def test_record_is_kept_between_parties_of_which_one_has_no_such_module() -> None:
    async with world() as here:
        await settled(here)
        await here.payer.step()
        await here.payee.step()
        (record,) = await records(here, InvoiceState.KEPT)
        assert record.body["invoice_id"].startswith("eip155:31337:0x")


async def test_credit_cdrs_are_pushed_by_who_issued_them(here: World) -> None:
    await settled(here)
    cdr = here.cdr("S1", "0.5")
    await here.collect.credit(here.credit_of(cdr))
    await here.charge("S2", "0.9")
    await here.bill("S2", "0.9")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    await here.payer.step()
    here.clock.pass_(61)
    await here.payee.step()
    sent = await records(here, InvoiceState.SENT)
    assert sorted(each.body["cdrs"] for each in sent) == [["CDR-S1"], ["CDR-S1-C"], ["CDR-S2"]]
    assert {each.owner for each in sent} == {CPO}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"cdrs": ["CDR-S1", "CDR-S2"]}, 2001),
        ({"cdrs": "CDR-S1"}, 2001),
        ({"id": None}, 2001),
        ({"id": "other"}, 2003),
        ({"invoice_id": "eip155:31337:0x00"}, 2003),
    ],
    ids=str,
)
async def test_record_that_these_books_do_not_have_is_refused(
    here: World, change: JsonObject, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(here)
    await here.payer.step()
    bodies: list[JsonObject] = []
    honest = here.payer.custom_modules[INVOICES]

    async def seen(request: Request) -> Answer:
        bodies.append(request.json())
        return await honest(request)

    monkeypatch.setattr(here.payer, "_invoicing", seen)
    await here.payee.step()
    reply = await here.cpo.client.to(EMSP).request(
        "POST",
        ModuleID.INVOICE_RECONCILIATION,
        InterfaceRole.RECEIVER,
        body=bodies[0] | change,
        check=False,
    )
    assert reply.status_code == status


async def test_peer_whose_books_say_otherwise_makes_the_record_kept(
    here: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await settled(here)
    await here.payer.step()
    (booking,) = await here.payer_store.bookings(LANE)
    object.__setattr__(booking, "cdrs", ("CDR-S9",))

    async def others(_: object) -> list[object]:
        return [booking]

    monkeypatch.setattr(here.payer_store, "bookings", others)
    await here.payee.step()
    assert len(await records(here, InvoiceState.KEPT)) == 1
    assert "is kept" in caplog.text
