"""One party with settlement as a process of its own, to be killed.

``party_process.py CPO|EMSP FOLDER OWN_PORT PEER_PORT``.

The CPO's sessions grow all the time; a line on its standard input ends them. It prints how far it has come.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.unit.settlement.fakes import FakeChain, FlatPricing, RecordingChargers
from tests.unit.settlement.world import (
    CARD,
    CPO,
    CPO_KEY,
    EMSP,
    EMSP_KEY,
    EUR,
    LANE,
    LOCATION,
    PRICE,
    TARIFF,
    bounds,
    make_terms,
)

from ocn.ocpi.timestamps import format_datetime
from ocn.party import Party, PartyRole, StoredReceiver, StoredSender
from ocn.party.errors import PartyError
from ocn.party.storage.sqlite import SqliteStorage
from ocn.settlement import House, Payee, Payer, RelayedObjects, Settlement, SettlePolicy, Tick, open_store

SESSIONS = ("S1", "S2", "S3")


def party(role: str, folder: Path, own_port: int, peer_port: int, **more: Any) -> Party:
    storage = RelayedObjects(SqliteStorage(folder / f"{role}.sqlite"))
    return Party(
        roles=[PartyRole.of(str(CPO if role == "CPO" else EMSP), role)],
        node_url=f"http://127.0.0.1:{peer_port}",
        port=own_port,
        handlers=[StoredReceiver(storage), StoredSender(storage)],
        storage=storage,
        **more,
    )


async def settlement(role: str, folder: Path, storage: SqliteStorage) -> Settlement:
    chain = FakeChain()
    chain.fund(EMSP_KEY.address, 100 * EUR)
    own, key = (CPO, CPO_KEY) if role == "CPO" else (EMSP, EMSP_KEY)
    store = await open_store(f"sqlite:///{folder / f'{role}-settlement.sqlite'}")
    house = House(own, key, bounds(key), store, chain, chain)
    if role == "CPO":
        return Settlement(house, payee=Payee(RecordingChargers(), SettlePolicy(threshold=10**9)))
    return Settlement(house, payer=Payer(RelayedObjects(storage), FlatPricing()))


async def emsp(folder: Path, own_port: int, peer_port: int) -> None:
    token = folder / "token"
    storage = SqliteStorage(folder / "EMSP.sqlite")
    mine = await settlement("EMSP", folder, storage)
    joined = party(
        "EMSP",
        folder,
        own_port,
        peer_port,
        token_a=token.read_text() if token.exists() else None,
        custom_modules=mine.custom_modules,
    )
    async with joined:
        await storage.put("tariffs", CPO, "T1", TARIFF)
        await storage.put("locations", CPO, "LOC1", LOCATION)
        async with mine.running(joined.client):
            say("ready")
            await asyncio.Event().wait()


async def cpo(folder: Path, own_port: int, peer_port: int) -> None:
    storage = SqliteStorage(folder / "CPO.sqlite")
    mine = await settlement("CPO", folder, storage)
    joined = party("CPO", folder, own_port, peer_port, custom_modules=mine.custom_modules)
    await joined.open()
    if await storage.load_registration() is None:
        (folder / "token.new").write_text(joined.invite())
        (folder / "token.new").rename(folder / "token")
    say("ready")
    while await storage.load_registration() is None:
        await asyncio.sleep(0.02)
    async with mine.running(joined.client):
        while await mine.pairs.newest(EMSP, CPO) is None:
            try:
                await mine.propose(make_terms(tick=Tick(20, 1), grace_s=100))
            except PartyError:
                await asyncio.sleep(0.05)
        await charge(joined, mine, storage)


async def charge(joined: Party, mine: Settlement, storage: SqliteStorage) -> None:
    payee = mine.payee
    assert payee is not None
    ending = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    told = 0
    while not ending.done():
        for session_id in SESSIONS:
            session = await grown(storage, session_id)
            try:
                await joined.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
            except PartyError:
                continue
            await payee.report(session)
        last = await mine.house.store.last(LANE)
        if last is not None and last.entry.number > told:
            told = last.entry.number
            say(f"voucher {told}")
        await asyncio.sleep(0.02)
    for session_id in SESSIONS:
        await bill(joined, mine, storage, session_id)
    for collecting in payee._collecting.values():
        while await collecting.billing.open_bills():
            await asyncio.sleep(0.02)
    say("settled")
    await asyncio.Event().wait()


async def grown(storage: SqliteStorage, session_id: str) -> dict[str, Any]:
    now = format_datetime(datetime.now(UTC))
    # At one charge point by one card: sessions of one and the same start would be one session.
    start = datetime.now(UTC) + timedelta(seconds=SESSIONS.index(session_id))
    session = await storage.get("sessions", CPO, session_id) or {
        "country_code": "DE",
        "party_id": "CPO",
        "id": session_id,
        "start_date_time": format_datetime(start),
        "kwh": Decimal("0.000"),
        "cdr_token": CARD,
        "auth_method": "COMMAND",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "status": "ACTIVE",
    }
    kwh = Decimal(session["kwh"]) + Decimal("0.005")
    session |= {"kwh": kwh, "total_cost": {"excl_vat": kwh * PRICE}, "last_updated": now}
    await storage.put("sessions", CPO, session_id, session)
    return session


async def bill(joined: Party, mine: Settlement, storage: SqliteStorage, session_id: str) -> None:
    session = await storage.get("sessions", CPO, session_id)
    assert session is not None
    cdr = {
        **{
            name: session[name]
            for name in ("country_code", "party_id", "start_date_time", "cdr_token", "currency")
        },
        "id": f"CDR-{session_id}",
        "session_id": session_id,
        "end_date_time": session["last_updated"],
        "auth_method": "COMMAND",
        "cdr_location": {"id": "LOC1", "evse_uid": "E1", "connector_id": "1"},
        "total_energy": session["kwh"],
        "total_cost": session["total_cost"],
        "last_updated": session["last_updated"],
    }
    await joined.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
    await joined.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
    assert mine.payee is not None
    await mine.payee.finish(cdr)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    role, folder, own_port, peer_port = sys.argv[1:]
    asyncio.run({"CPO": cpo, "EMSP": emsp}[role](Path(folder), int(own_port), int(peer_port)))
