"""A CPO and an eMSP in one process, with settlement between them, a chain in memory, and a clock by hand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zlib import crc32

from sqlalchemy import create_mock_engine
from tests.unit.settlement.fakes import FakeChain, FlatPricing, RecordingChargers

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.ocpi.versions import PREFERRED_VERSIONS, VersionNumber
from ocn.party import Answer, MemoryStorage, Party, PartyRole, Request, StoredReceiver, StoredSender
from ocn.party.errors import PeerTimedOut
from ocn.party.in_process import InProcessNetwork
from ocn.party.sending.transport import RawAnswer
from ocn.settlement.core.asked import PayerPolicy
from ocn.settlement.core.bounds import Currency, TermsBounds
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.settling import ONLY_IN_TIME, SettlePolicy
from ocn.settlement.core.terms import Side, Terms, Tick
from ocn.settlement.ports import Drivers, Meters
from ocn.settlement.protocol import MODULE
from ocn.settlement.relayed import RelayedObjects
from ocn.settlement.service.house import House
from ocn.settlement.service.invoicing import INVOICES
from ocn.settlement.service.payee import Payee
from ocn.settlement.service.payer import Payer
from ocn.settlement.service.settlement import Settlement
from ocn.settlement.storage import SqlStore
from ocn.settlement.storage.schema import open_settlement_database
from ocn.settlement.storage.tables import metadata
from ocn.settlement.store import Store
from ocn.signing.keys import PrivateKey

CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")
CPO_URL, EMSP_URL = "http://cpo.test", "http://emsp.test"
CPO_KEY, EMSP_KEY = PrivateKey(b"\x02" * 32), PrivateKey(b"\x01" * 32)
CONTRACT, TOKEN = "0x" + "c0" * 20, "0x" + "e0" * 20
LANE = Lane(31337, CONTRACT, TOKEN, EMSP_KEY.address, CPO_KEY.address)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EUR = 1_000_000
PRICE = Decimal("0.40")
TARIFF: dict[str, Any] = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "T1",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": PRICE, "step_size": 1}]}],
    "last_updated": "2026-01-01T00:00:00Z",
}
LOCATION: dict[str, Any] = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "LOC1",
    "time_zone": "Europe/Berlin",
    "evses": [{"uid": "E1", "connectors": [{"id": "1", "tariff_ids": ["T1"]}]}],
    "last_updated": "2026-01-01T00:00:00Z",
}
CARD = {"country_code": "NL", "party_id": "MSP", "uid": "04A2", "type": "RFID", "contract_id": "NL-MSP-C1"}


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def make_terms(**changes: Any) -> Terms:
    terms = Terms(
        payer=Side(EMSP, EMSP_KEY.address, EMSP_KEY.address, EMSP_KEY.address),
        payee=Side(CPO, CPO_KEY.address, CPO_KEY.address, CPO_KEY.address),
        chain_id=LANE.chain_id,
        contract=CONTRACT,
        token=TOKEN,
        decimals=6,
        currency="EUR",
        tick=Tick(wh=500, s=10),
        grace_s=20,
        reserve=10 * EUR,
        unsecured=2 * EUR,
        vat_included=False,
        accepted_causes=("ROUNDING_TOTAL",),
    )
    return replace(terms, **changes)


def bounds(key: PrivateKey) -> TermsBounds:
    return TermsBounds(
        vault=key.address,
        signer=key.address,
        currencies={"EUR": Currency(LANE.chain_id, CONTRACT, TOKEN, 6)},
        most_reserve=20 * EUR,
        most_tolerance=100,
        least_reserve=EUR,
        most_unsecured=5 * EUR,
        most_floor=50_000,
        accepted_causes=frozenset({"ROUNDING_TOTAL"}),
        vat_included=False,
    )


@dataclass
class Faults:
    """What goes wrong next, between the parties and at their stores."""

    lose_request: bool = False
    lose_answer: bool = False
    deaf: bool = False
    """The eMSP answers nobody."""


class Network(InProcessNetwork):
    """Loses what it is told to lose, of settlement alone."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self._faults = faults

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float
    ) -> RawAnswer:
        faults = self._faults
        settles = "ocn-settlement" in url
        if settles and (faults.lose_request or (faults.deaf and url.startswith(EMSP_URL))):
            faults.lose_request = False
            raise PeerTimedOut("the request was lost")
        answer = await super().send(method, url, headers, body, timeout_s=timeout_s)
        if settles and faults.lose_answer:
            faults.lose_answer = False
            raise PeerTimedOut("the answer was lost")
        return answer


@dataclass
class World:
    """Both sides. ``session`` and ``cdr`` make documents; the rest is what a back end would do."""

    stack: AsyncExitStack
    faults: Faults
    clock: Clock
    chain: FakeChain
    chargers: RecordingChargers
    cpo: Party
    emsp: Party
    payee_store: Store
    payer_store: Store
    cpo_storage: RelayedObjects
    emsp_storage: RelayedObjects
    policy: PayerPolicy
    settle: SettlePolicy
    both: bool = False
    """Whether each of the two is a CPO and an eMSP."""
    drivers: Drivers | None = None
    """Of the eMSP."""
    meters: Meters | None = None
    """Of the eMSP."""
    settle_credits: SettlePolicy = ONLY_IN_TIME
    """When the eMSP claims credits by itself."""
    keys: Mapping[PartyId, PrivateKey] = field(default_factory=lambda: {CPO: CPO_KEY, EMSP: EMSP_KEY})
    starts: dict[str, str] = field(default_factory=dict)
    payee: Settlement = field(init=False)
    """The CPO's settlement, and ``collect`` its side that is paid."""
    collect: Payee = field(init=False)
    payer: Settlement = field(init=False)
    """The eMSP's; ``collect_back`` is its side that is paid, where it is a CPO, too."""
    collect_back: Payee = field(init=False)

    def restart_payer(self) -> None:
        """Everything in memory is gone."""
        house = House(
            EMSP,
            self.keys[EMSP],
            bounds(self.keys[EMSP]),
            self.payer_store,
            self.chain,
            self.chain,
            now=self.clock,
        )
        self.collect_back = Payee(self.chargers, self.settle)
        self.payer = Settlement(
            house,
            payer=Payer(
                self.emsp_storage,
                FlatPricing(),
                policy=self.policy,
                settle=self.settle_credits,
                drivers=self.drivers,
                meters=self.meters,
            ),
            payee=self.collect_back if self.both else None,
        )
        self.payer.peers.bind(self.emsp.client)

    def restart_payee(self) -> None:
        """Everything in memory is gone."""
        house = House(
            CPO,
            self.keys[CPO],
            bounds(self.keys[CPO]),
            self.payee_store,
            self.chain,
            self.chain,
            now=self.clock,
        )
        payer = Payer(self.cpo_storage, FlatPricing(), policy=self.policy)
        self.collect = Payee(self.chargers, self.settle)
        self.payee = Settlement(house, payer=payer if self.both else None, payee=self.collect)
        self.payee.peers.bind(self.cpo.client)

    async def lose_payer(self) -> None:
        """The eMSP has lost its database."""
        self.payer_store = await new_store(self.stack)
        self.restart_payer()
        await self.payer.pairs.began()

    async def lose_payee(self) -> None:
        """The CPO has lost its database."""
        self.payee_store = await new_store(self.stack)
        self.restart_payee()
        await self.payee.pairs.began()

    async def agree(self, **changes: Any) -> None:
        await self.payee.propose(make_terms(**changes))

    def started(self, session_id: str) -> str:
        """Each session has a start of its own, just before it is first told; ids know no case."""
        name = session_id.casefold()
        within = timedelta(milliseconds=crc32(name.encode()) % 1000)
        start = format_datetime(max(NOON, self.clock.now - timedelta(seconds=10)) + within)
        return self.starts.setdefault(name, start)

    def session(self, session_id: str = "S1", kwh: str = "0.3", **changes: Any) -> dict[str, Any]:
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": session_id,
            "start_date_time": self.started(session_id),
            "kwh": Decimal(kwh),
            "cdr_token": CARD,
            "auth_method": "COMMAND",
            "location_id": "LOC1",
            "evse_uid": "E1",
            "connector_id": "1",
            "currency": "EUR",
            "total_cost": {"excl_vat": Decimal(kwh) * PRICE},
            "status": "ACTIVE",
            "last_updated": format_datetime(self.clock.now),
        } | changes

    def cdr(
        self,
        session_id: str = "S1",
        kwh: str = "0.3",
        *,
        cost: str | None = None,
        cdr_id: str = "",
        **changes: Any,
    ) -> dict[str, Any]:
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": cdr_id or f"CDR-{session_id}",
            "session_id": session_id,
            "start_date_time": self.started(session_id),
            "end_date_time": format_datetime(self.clock.now),
            "cdr_token": CARD,
            "auth_method": "COMMAND",
            "cdr_location": {"id": "LOC1", "evse_uid": "E1", "connector_id": "1"},
            "currency": "EUR",
            "total_energy": Decimal(kwh),
            "total_cost": {"excl_vat": Decimal(cost) if cost else Decimal(kwh) * PRICE},
            "last_updated": format_datetime(self.clock.now),
        } | changes

    async def charge(self, session_id: str = "S1", kwh: str = "0.3", **changes: Any) -> dict[str, Any]:
        """The session goes on: told to the eMSP by OCPI and to settlement; ten seconds pass."""
        self.clock.pass_(10)
        session = self.session(session_id, kwh, **changes)
        await self.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
        await self.collect.report(session)
        return session

    async def bill(self, session_id: str = "S1", kwh: str = "0.3", **changes: Any) -> dict[str, Any]:
        """The session ends: it and its CDR are told by OCPI, the CDR to settlement as well."""
        session = self.session(session_id, kwh, status="COMPLETED")
        await self.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
        cdr = self.cdr(session_id, kwh, **changes)
        await self.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
        await self.collect.finish(cdr)
        return cdr

    def credit_of(self, cdr: dict[str, Any]) -> dict[str, Any]:
        return cdr | {
            "id": f"{cdr['id']}-C",
            "credit": True,
            "credit_reference_id": cdr["id"],
            "total_cost": {"excl_vat": -cdr["total_cost"]["excl_vat"]},
        }

    async def owed(self) -> int:
        """What vouchers say the eMSP owes, as the CPO holds them."""
        last = await self.payee_store.last(LANE)
        return last.entry.cumulative if last else 0

    async def credited(self) -> int:
        last = await self.payer_store.last(LANE.opposite)
        return last.entry.cumulative if last else 0


async def new_store(stack: AsyncExitStack) -> Store:
    database = await stack.enter_async_context(open_settlement_database("sqlite:///:memory:"))
    async with database.transaction() as connection:
        for statement in _statements():
            await connection.exec_driver_sql(statement)
    return SqlStore(database)


@cache
def _statements() -> tuple[str, ...]:
    """What makes the tables as the migrations make them, in a hundredth of the time."""
    statements: list[str] = []

    def write(statement: Any, *_: Any, **__: Any) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = create_mock_engine("sqlite://", write)
    metadata.create_all(engine, checkfirst=False)
    return tuple(statements)


@asynccontextmanager
async def world(
    *,
    payer_store: Store | None = None,
    payee_store: Store | None = None,
    policy: PayerPolicy | None = None,
    settle: SettlePolicy | None = None,
    both: bool = False,
    versions: Sequence[VersionNumber] = PREFERRED_VERSIONS,
) -> AsyncIterator[World]:
    """Open everything; terms are not agreed yet."""
    faults, chain = Faults(), FakeChain()
    chain.fund(EMSP_KEY.address, 100 * EUR)
    network = Network(faults)
    clock = Clock()
    cpo_storage, emsp_storage = (RelayedObjects(MemoryStorage(), now=clock) for _ in range(2))
    async with AsyncExitStack() as stack:
        common: dict[str, Any] = {"serve": False, "transport": network, "versions": versions}

        async def cpo_module(request: Request) -> Answer:
            return await here.payee.module(request)

        async def emsp_module(request: Request) -> Answer:
            return await here.payer.module(request)

        async def cpo_invoices(request: Request) -> Answer:
            return await here.payee.custom_modules[INVOICES](request)

        async def emsp_invoices(request: Request) -> Answer:
            return await here.payer.custom_modules[INVOICES](request)

        cpo = Party(
            roles=[PartyRole.of(str(CPO), "CPO")],
            node_url=EMSP_URL,
            public_url=CPO_URL,
            handlers=[StoredSender(cpo_storage), StoredReceiver(cpo_storage)],
            storage=cpo_storage,
            custom_modules={(MODULE, InterfaceRole.RECEIVER): cpo_module, INVOICES: cpo_invoices},
            **common,
        )
        network.add(CPO_URL, cpo)
        await cpo.open()
        stack.push_async_callback(cpo.close)
        emsp = Party(
            roles=[PartyRole.of(str(EMSP), "EMSP")],
            node_url=CPO_URL,
            public_url=EMSP_URL,
            token_a=cpo.invite(),
            handlers=[StoredReceiver(emsp_storage), StoredSender(emsp_storage)],
            storage=emsp_storage,
            custom_modules={(MODULE, InterfaceRole.RECEIVER): emsp_module, INVOICES: emsp_invoices},
            **common,
        )
        network.add(EMSP_URL, emsp)
        await emsp.open()
        stack.push_async_callback(emsp.close)
        await emsp.join()
        await emsp_storage.put("tariffs", CPO, "T1", TARIFF)
        await emsp_storage.put("locations", CPO, "LOC1", LOCATION)
        here = World(
            stack,
            faults,
            clock,
            chain,
            RecordingChargers(),
            cpo,
            emsp,
            payee_store or await new_store(stack),
            payer_store or await new_store(stack),
            cpo_storage,
            emsp_storage,
            policy or PayerPolicy(),
            settle or SettlePolicy(threshold=1000 * EUR),
            both,
        )
        here.restart_payer()
        here.restart_payee()
        yield here
