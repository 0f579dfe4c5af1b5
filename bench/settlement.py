"""What settlement costs: vouchers signed and verified, and a thousand sessions of one pair at a time.

``python -m bench.settlement [--sessions N] [--ticks N]``. CPU time of this process, its database threads
included. Both parties are in it, without sockets and without a node between: their messages are written,
signed, verified and read as over a network, vouchers and books go to two SQLite files whose every commit
waits for the disk. What OCPI itself costs (a PUT of each session) is not counted: it is there anyway.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party import Answer, MemoryStorage, Party, PartyRole, Request, StoredReceiver, StoredSender
from ocn.party.in_process import InProcessNetwork
from ocn.settlement import (
    Currency,
    House,
    Lane,
    Payee,
    Payer,
    RelayedObjects,
    Settlement,
    SettlePolicy,
    Side,
    TariffEngine,
    Terms,
    TermsBounds,
    Tick,
    open_store,
)
from ocn.settlement.core.booking import Settlement as Settled
from ocn.settlement.core.disputing import Dispute
from ocn.settlement.core.lane import LaneState
from ocn.settlement.core.vouchers import SignedVoucher, sign_voucher
from ocn.settlement.protocol import MODULE
from ocn.signing.keys import PrivateKey

TICK_S = 10
CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")
CPO_KEY, EMSP_KEY = PrivateKey(b"\x02" * 32), PrivateKey(b"\x01" * 32)
CPO_URL, EMSP_URL = "http://cpo.bench", "http://emsp.bench"
LANE = Lane(31337, "0x" + "c0" * 20, "0x" + "e0" * 20, EMSP_KEY.address, CPO_KEY.address)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLENTY = 10**15
WH_A_TICK = 61  # 22 kW
PRICE, PRICE_A_MINUTE = Decimal("0.40"), Decimal("0.05")
TARIFF: dict[str, Any] = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "T1",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [
                {"type": "ENERGY", "price": PRICE, "step_size": 1},
                {"type": "TIME", "price": PRICE_A_MINUTE * 60, "step_size": 1},
            ]
        }
    ],
    "last_updated": "2026-01-01T00:00:00Z",
}
TOKEN = {"country_code": "NL", "party_id": "MSP", "uid": "04A2", "type": "RFID", "contract_id": "NL-MSP-C1"}


@dataclass(frozen=True)
class SettlementCost:
    """Vouchers a second and core; CPU seconds of one tick of so many sessions, of either side."""

    signed_per_s: float
    verified_per_s: float
    sessions: int
    payee_s: float
    payer_s: float
    request_bytes: int

    @property
    def share_of_a_core(self) -> float:
        """Of both sides together, with a tick every ten seconds."""
        return (self.payee_s + self.payer_s) / TICK_S


class Chain:
    """A chain on which there is always enough, and nothing happens."""

    async def state(self, lane: Lane, *, confirmed: bool = False) -> LaneState:
        return LaneState(reserve=PLENTY)

    async def decimals(self, lane: Lane) -> int:
        return 6

    async def may_sign(self, lane: Lane, signer: str) -> bool:
        return True

    async def signers(self, lane: Lane) -> Sequence[str]:
        return [lane.payer]

    async def settlements(self, lane: Lane, after_claimed: int) -> Sequence[Settled]:
        return []

    async def disputes(self, lane: Lane, *, confirmed: bool = False) -> Sequence[Dispute]:
        return []


class NoChargers:
    """Told nothing, if all goes well."""

    async def hold(self, session_id: str, payer: PartyId, why: str) -> None:
        raise AssertionError(f"{session_id} is held: {why}")

    resume = stop = hold


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def vouchers(count: int = 20_000) -> tuple[float, float]:
    """Vouchers signed, and verified against the key that must have signed, a second."""
    began = time.process_time()
    made = [sign_voucher(EMSP_KEY, LANE, number, number.to_bytes(32, "big")) for number in range(count)]
    signed = time.process_time()
    for voucher in made:
        SignedVoucher(LANE, voucher.cumulative, voucher.evidence, voucher.signature).require_signer(
            EMSP_KEY.address
        )
    verified = time.process_time()
    return count / (signed - began), count / (verified - signed)


async def one_pair(directory: Path, sessions: int, ticks: int) -> tuple[float, float, int]:
    """CPU seconds of a tick at the payee and at the payer, and the bytes of a request."""
    clock, payer_s, request_bytes = Clock(), 0.0, 0
    async with AsyncExitStack() as stack:

        async def house(own: PartyId, key: PrivateKey) -> House:
            store = await open_store(f"sqlite:///{directory / own.key}.db")
            stack.push_async_callback(store.close)
            currency = Currency(LANE.chain_id, LANE.contract, LANE.token, 6)
            bounds = TermsBounds(
                key.address,
                key.address,
                {"EUR": currency},
                PLENTY,
                most_unsecured=PLENTY,
                vat_included=False,
            )
            return House(own, key, bounds, store, Chain(), now=clock)

        network, stored = InProcessNetwork(chunk=1 << 16), MemoryStorage()
        relayed = RelayedObjects(stored, now=clock)
        payer = Settlement(await house(EMSP, EMSP_KEY), payer=Payer(relayed, TariffEngine()))
        payee = Payee(NoChargers(), SettlePolicy(threshold=PLENTY))
        collecting = Settlement(await house(CPO, CPO_KEY), payee=payee)

        async def timed(request: Request) -> Answer:
            nonlocal payer_s, request_bytes
            began = time.process_time()
            answer = await payer.module(request)
            payer_s += time.process_time() - began
            request_bytes = len(request.body)
            return answer

        cpo = _party(
            "CPO", CPO, CPO_KEY, CPO_URL, EMSP_URL, network, MemoryStorage(), collecting.custom_modules
        )
        emsp = _party(
            "EMSP",
            EMSP,
            EMSP_KEY,
            EMSP_URL,
            CPO_URL,
            network,
            stored,
            {(MODULE, InterfaceRole.RECEIVER): timed},
        )
        for url, party in ((CPO_URL, cpo), (EMSP_URL, emsp)):
            network.add(url, party)
            await party.open()
            stack.push_async_callback(party.close)
        await emsp.handshake.register(f"{CPO_URL}/ocpi/versions", cpo.invite())
        payer.peers.bind(emsp.client)
        collecting.peers.bind(cpo.client)
        await stored.put("tariffs", CPO, "T1", TARIFF)
        await collecting.propose(_terms())
        for number in range(sessions):
            await relayed.put("sessions", CPO, f"S{number}", _session(number, 0, clock.now))
        spent: list[tuple[float, float]] = []
        for tick in range(1, ticks + 3):
            clock.now += timedelta(seconds=TICK_S)
            told = [_session(number, tick, clock.now) for number in range(sessions)]
            payer_before, began = payer_s, time.process_time()
            for session in told:
                await payee.report(session)
            await payee.step()
            both, of_payer = time.process_time() - began, payer_s - payer_before
            spent.append((both - of_payer, of_payer))
        last = await collecting.house.store.last(LANE)
        assert last is not None
        assert len(last.entry.leaves) == sessions
        assert last.entry.number == ticks + 1
    usual = spent[2:]  # at the first nothing is due yet, the second looks every session up
    return sum(one for one, _ in usual) / ticks, sum(two for _, two in usual) / ticks, request_bytes


def measure_settlement(sessions: int = 1000, ticks: int = 5, count: int = 20_000) -> SettlementCost:
    """All of it."""
    signed, verified = vouchers(count)
    with tempfile.TemporaryDirectory(prefix="ocn-bench-") as directory:
        payee_s, payer_s, request_bytes = asyncio.run(one_pair(Path(directory), sessions, ticks))
    return SettlementCost(signed, verified, sessions, payee_s, payer_s, request_bytes)


def settlement_section(found: SettlementCost) -> list[str]:
    """The same as Markdown."""
    each = (
        f"{found.payee_s * 1000:,.0f} ms of CPU a tick at the CPO, {found.payer_s * 1000:,.0f} ms at the eMSP"
    )
    return [
        "## Settlement",
        "",
        f"Vouchers a second and core: {found.signed_per_s:,.0f} signed,",
        f"{found.verified_per_s:,.0f} verified.",
        "",
        f"{found.sessions:,} sessions of one pair, asked for and paid by one voucher every {TICK_S} s, with",
        f"messages signed and verified and every commit on disk: {each},",
        f"which computes every price; {found.share_of_a_core:.1%} of one core for both.",
        f"A request has {found.request_bytes / 1024:,.0f} KiB.",
    ]


def _party(
    role: str,
    own: PartyId,
    key: PrivateKey,
    url: str,
    peer: str,
    network: InProcessNetwork,
    storage: MemoryStorage,
    custom_modules: Any,
) -> Party:
    return Party(
        roles=[PartyRole.of(str(own), role)],
        node_url=peer,
        public_url=url,
        serve=False,
        transport=network,
        handlers=[StoredReceiver(storage), StoredSender(storage)],
        storage=storage,
        key=key,
        custom_modules=custom_modules,
    )


def _terms() -> Terms:
    return Terms(
        payer=Side(EMSP, EMSP_KEY.address, EMSP_KEY.address, EMSP_KEY.address),
        payee=Side(CPO, CPO_KEY.address, CPO_KEY.address, CPO_KEY.address),
        chain_id=LANE.chain_id,
        contract=LANE.contract,
        token=LANE.token,
        decimals=6,
        currency="EUR",
        tick=Tick(500, TICK_S),
        grace_s=60,
        reserve=0,
        unsecured=PLENTY,
        vat_included=False,
    )


def _session(number: int, tick: int, now: datetime) -> dict[str, Any]:
    kwh = Decimal(WH_A_TICK * tick) / 1000
    hours = Decimal(tick * TICK_S) / 3600
    minutes = Decimal(tick * TICK_S) / 60
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": f"S{number}",
        "start_date_time": format_datetime(NOON),
        "kwh": kwh,
        "cdr_token": TOKEN,
        "auth_method": "COMMAND",
        "location_id": f"LOC{number}",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "charging_periods": [
            {
                "start_date_time": format_datetime(NOON),
                "dimensions": [
                    {"type": "ENERGY", "volume": kwh},
                    {"type": "TIME", "volume": round(hours, 4)},
                ],
                "tariff_id": "T1",
            }
        ],
        "total_cost": {"excl_vat": round(kwh * PRICE + minutes * PRICE_A_MINUTE * Decimal("0.9"), 4)},
        "status": "ACTIVE",
        "last_updated": format_datetime(now),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.settlement", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--ticks", type=int, default=5)
    chosen = parser.parse_args()
    for line in settlement_section(measure_settlement(chosen.sessions, chosen.ticks)):
        print(line)


if __name__ == "__main__":
    main()
