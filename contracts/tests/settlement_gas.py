"""What the acts of Lanes cost, and what others cost for the same: one history, on any chain with JSON-RPC."""

from contracts.tests.chain_rpc import Chain, Rpc
from contracts.tests.contract import Contract
from contracts.tests.counterparts import compiled_counterpart
from contracts.tests.evidence import History, leaf, leaf_hash
from contracts.tests.market import ARBITER, CPO, DAY, EMSP, KEEPER, KEY, OTHER, VOUCHERS
from contracts.tests.people import Person, Vrs
from contracts.tests.test_lanes_deposits import PERMIT, RECEIVE
from contracts.tests.test_lanes_hold_back import FIELDS as HOLD_BACK
from contracts.tests.vouchers import Signed, compact, digest, lanes_domain
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ocn.chain.artifacts import load

UNIT = 10**6
EURO = 25 * UNIT // 10
"""About what a session costs."""
WINDOW = 3_600
ALWAYS = 2**256 - 1
UNSIGNED: Vrs = (0, bytes(32), bytes(32))
PAYERS = [Person(f"payer {number}") for number in range(100)]
RESERVE = {"payer": "address", "payee": "address", "token": "address", "amount": "uint256"}
STAMP = {"nonce": "uint256", "deadline": "uint256"}


async def measure(rpc: Rpc) -> dict[str, int]:
    """Gas by act. Vaults, lanes and wallets have been used before, unless the name says "first"."""
    chain = await Chain.at(rpc)
    await chain.endow(EMSP, CPO, OTHER, KEEPER)
    history = _History(chain, *await _deploy(chain))
    await history.deposits()
    await history.claims()
    await history.owners()
    await history.many_payers()
    await history.hold_back()
    await history.first_times()
    await history.others()
    return chain.used


async def _deploy(chain: Chain) -> tuple[Contract, Contract, Contract]:
    lanes, token = load("Lanes"), load("TestToken")
    pot_abi, pot_code = compiled_counterpart("Pot2019")
    return (
        await chain.deploy("deploy Lanes", KEEPER, lanes.abi, lanes.bytecode + encode(["uint256"], [DAY])),
        await chain.deploy(
            *("deploy TestToken", KEEPER, token.abi),
            token.bytecode + encode(["string", "string", "uint8"], ["Test Euro", "EUR", 6]),
        ),
        await chain.deploy("deploy the pot of 2019", KEEPER, pot_abi, pot_code),
    )


class _History:
    def __init__(self, chain: Chain, lanes: Contract, euro: Contract, pot: Contract) -> None:
        self.chain, self.lanes, self.euro, self.pot = chain, lanes, euro, pot

    async def act(self, name: str, sender: Person, function: str, *arguments: object) -> int:
        return await self.chain.send(name, sender, self.lanes, function, *arguments)

    async def token(self, name: str, sender: Person, function: str, *arguments: object) -> int:
        return await self.chain.send(name, sender, self.euro, function, *arguments)

    # ------------------------------------------------------------------------------------- signing

    def voucher(
        self,
        payer: Person,
        payee: Person,
        cumulative: int,
        signer: Person | None = None,
        evidence: bytes = b"",
    ) -> Signed:
        evidence = evidence or keccak(text=f"{payer.name} {cumulative}")
        domain = lanes_domain(self.chain.chain_id, self.lanes.address)
        parties = payer.address, payee.address, self.euro.address
        hashed = digest(domain, *parties, cumulative, evidence)
        return cumulative, evidence, *compact(hashed, signer or payer)

    def item(self, payer: Person, cumulative: int, evidence: bytes = b"") -> tuple[object, ...]:
        return payer.address, *self.voucher(payer, CPO, cumulative, evidence=evidence)

    def token_domain(self) -> dict[str, object]:
        domain = lanes_domain(self.chain.chain_id, self.euro.address)
        return domain | {"name": "Test Euro"}

    def authorization(self, purpose: str, payer: Person, to: str, amount: int, nonce: bytes) -> Vrs:
        message = {"from": payer.address, "to": to, "value": amount, "validAfter": 0}
        message |= {"validBefore": ALWAYS, "nonce": nonce}
        return payer.sign_typed(self.token_domain(), purpose, RECEIVE, message)

    def reserve_by_sig(self, payer: Person, amount: int, nonce: int) -> Vrs:
        values = (payer.address, CPO.address, self.euro.address, amount, nonce, ALWAYS)
        message = dict(zip(RESERVE | STAMP, values, strict=True))
        domain = lanes_domain(self.chain.chain_id, self.lanes.address)
        return payer.sign_typed(domain, "Reserve", RESERVE | STAMP, message)

    # ------------------------------------------------------------------------------------- history

    async def deposits(self) -> None:
        for party in (EMSP, CPO, KEEPER):
            await self.token("", KEEPER, "mint", party, 10**6 * UNIT)
            await self.token("", party, "approve", self.lanes, ALWAYS)
        arguments = (EMSP, self.euro, 1_000 * UNIT)
        await self.act("deposit, first of a party", EMSP, "deposit", *arguments)
        await self.act("deposit", EMSP, "deposit", *arguments)
        await self.act("", CPO, "deposit", CPO, *arguments[1:])
        message = {"owner": EMSP.address, "spender": self.lanes.address, "value": UNIT, "nonce": 0}
        vrs = EMSP.sign_typed(self.token_domain(), "Permit", PERMIT, message | {"deadline": ALWAYS})
        permit = (EMSP, self.euro, UNIT, ALWAYS, *vrs)
        await self.act("depositWithPermit", KEEPER, "depositWithPermit", *permit)
        for name, salt in (("openWithAuthorization, first of a lane", 1), ("openWithAuthorization", 2)):
            nonce = keccak(encode(["address", "uint256"], [CPO.address, salt]))
            vrs = self.authorization("ReceiveWithAuthorization", EMSP, self.lanes.address, UNIT, nonce)
            word = salt.to_bytes(32, "big")
            opening = (EMSP, CPO, self.euro, UNIT, 0, ALWAYS, word, *vrs)
            await self.act(name, KEEPER, "openWithAuthorization", *opening)
        await self.act("reserve, first of a lane", CPO, "reserve", EMSP, self.euro, 100 * UNIT)
        await self.act("reserve", EMSP, "reserve", CPO, self.euro, 500 * UNIT)
        vrs = self.reserve_by_sig(EMSP, UNIT, 0)
        await self.act("", KEEPER, "reserveBySig", EMSP, CPO, self.euro, UNIT, ALWAYS, *vrs)
        vrs = self.reserve_by_sig(EMSP, UNIT, 1)
        await self.act("reserveBySig", KEEPER, "reserveBySig", EMSP, CPO, self.euro, UNIT, ALWAYS, *vrs)

    async def claims(self) -> None:
        pair = (EMSP, CPO, self.euro)
        await self.act("", KEEPER, "claimOne", *pair, *self.voucher(EMSP, CPO, EURO))
        await self.act("claimOne", KEEPER, "claimOne", *pair, *self.voucher(EMSP, CPO, 3 * EURO))
        items = [self.item(EMSP, 5 * EURO)]
        await self.act("claim of 1", KEEPER, "claim", CPO, self.euro, items)
        await self.act("", KEEPER, "claimOne", CPO, EMSP, self.euro, *self.voucher(CPO, EMSP, EURO))
        await self.act("setSigner, first of a key", EMSP, "setSigner", KEY, VOUCHERS)
        voucher = self.voucher(EMSP, CPO, 7 * EURO, KEY)
        await self.act("claimOne, signed by a key", KEEPER, "claimOne", *pair, *voucher)
        both = self.voucher(EMSP, CPO, 20 * EURO), self.voucher(CPO, EMSP, 5 * EURO)
        await self.act("net", KEEPER, "net", *pair, *both)
        await self.act("enableSetoff", CPO, "enableSetoff", EMSP, self.euro)
        await self.act("", EMSP, "enableSetoff", CPO, self.euro)
        both = self.voucher(EMSP, CPO, 30 * EURO), self.voucher(CPO, EMSP, 9 * EURO)
        await self.act("net with set-off", KEEPER, "net", *pair, *both)
        voucher = self.voucher(EMSP, CPO, 33 * EURO)
        await self.act("claimOne with set-off", KEEPER, "claimOne", *pair, *voucher)

    async def owners(self) -> None:
        await self.act("requestRelease", EMSP, "requestRelease", CPO, self.euro, 10 * UNIT)
        await self.act("requestLeaveSetoff", CPO, "requestLeaveSetoff", EMSP, self.euro)
        voucher = self.voucher(EMSP, CPO, 34 * EURO)
        await self.act("claimOne, release announced", KEEPER, "claimOne", EMSP, CPO, self.euro, *voucher)
        await self.chain.pass_time(DAY)
        await self.act("release", KEEPER, "release", EMSP, CPO, self.euro)
        await self.act("leaveSetoff", KEEPER, "leaveSetoff", CPO, EMSP, self.euro)
        await self.act("returnReserve", CPO, "returnReserve", EMSP, self.euro, UNIT)
        await self.act("withdraw", EMSP, "withdraw", self.euro, UNIT, EMSP)
        await self.act("setSigner, removing", EMSP, "setSigner", KEY, 0)

    async def many_payers(self) -> None:
        await self.token("", KEEPER, "mint", KEEPER, 10**6 * UNIT)
        for payer in PAYERS:
            await self.act("", KEEPER, "deposit", payer, self.euro, 100 * UNIT)
            vrs = self.reserve_by_sig(payer, 90 * UNIT, 0)
            arguments = (payer, CPO, self.euro, 90 * UNIT, ALWAYS, *vrs)
            await self.act("", KEEPER, "reserveBySig", *arguments)
        await self.act("", KEEPER, "claim", CPO, self.euro, [self.item(payer, EURO) for payer in PAYERS])
        for count, cumulative in ((10, 2 * EURO), (100, 4 * EURO)):
            items = [self.item(payer, cumulative) for payer in PAYERS[:count]]
            await self.act(f"claim of {count} payers", KEEPER, "claim", CPO, self.euro, items)
        items = [self.item(payer, 90 * UNIT + EURO) for payer in PAYERS[:10]]
        name = "claim of 10 payers beyond their reserves"
        await self.act(name, KEEPER, "claim", CPO, self.euro, items)

    async def hold_back(self) -> None:
        await self.token("", KEEPER, "mint", OTHER, 10**6 * UNIT)
        await self.token("", OTHER, "approve", self.lanes, ALWAYS)
        await self.act("", OTHER, "deposit", OTHER, self.euro, 1_000 * UNIT)
        await self.act("", OTHER, "reserve", CPO, self.euro, 900 * UNIT)
        values = (OTHER.address, CPO.address, self.euro.address, WINDOW, ARBITER.address, 0, 0, ALWAYS)
        message = dict(zip(HOLD_BACK, values, strict=True))
        domain = lanes_domain(self.chain.chain_id, self.lanes.address)
        signed = CPO.sign_typed(domain, "HoldBack", HOLD_BACK, message)
        await self.act("agreeHoldBack", OTHER, "agreeHoldBack", *values[:5], ALWAYS, UNSIGNED, signed)
        past = History().add(leaf("first", UNIT))
        await self._hold("claimOne with hold-back, first", past)
        await self._next_epoch()
        await self._hold("", past.add(leaf("second", UNIT)))
        await self._next_epoch()
        await self._hold("", past.add(leaf("third", UNIT)))
        await self._hold("claimOne with hold-back", past.add(leaf("fourth", UNIT)))
        await self._hold("", past.add(*(leaf(f"leaf {number}", UNIT) for number in range(128))))
        epoch = await self.chain.now() // WINDOW
        pair = (OTHER, CPO, self.euro)
        await self.act("dispute, 1 of 128", OTHER, "dispute", *pair, epoch, *past.dispute(4, 77))
        disputed = leaf_hash(past.vouchers[4][77])
        await self.act("resolve", CPO, "resolve", *pair, disputed, UNIT)
        await self.chain.pass_time(2 * WINDOW)
        await self.act("collect", KEEPER, "collect", *pair)

    async def _next_epoch(self) -> None:
        """To its beginning, so that the acts that follow fall into one."""
        now = await self.chain.now()
        await self.chain.pass_time(WINDOW - now % WINDOW)

    async def _hold(self, name: str, past: History) -> None:
        voucher = self.voucher(OTHER, CPO, past.cumulative, evidence=past.evidence())
        await self.act(name, KEEPER, "claimOne", OTHER, CPO, self.euro, *voucher)

    async def first_times(self) -> None:
        """Lanes whose word is written the first time, between vaults that have been used before.

        A reserve is in the same word, so a lane that has one was written already.
        """
        one, other, third, fourth = PAYERS[20:24]
        pair = (one, other, self.euro)
        voucher = self.voucher(one, other, UNIT)
        await self.act("claimOne, first of a lane", KEEPER, "claimOne", *pair, *voucher)
        both = self.voucher(third, fourth, 3 * UNIT), self.voucher(fourth, third, UNIT)
        await self.act("net, first of both lanes", KEEPER, "net", third, fourth, self.euro, *both)
        reserving = PAYERS[24]  # it has money reserved for the CPO, who owes it nothing so far
        both = self.voucher(reserving, CPO, 10 * EURO), self.voucher(CPO, reserving, EURO)
        await self.act("net, first of the lane back", KEEPER, "net", reserving, CPO, self.euro, *both)

    async def others(self) -> None:
        """The same payment without lanes, one transaction a session."""
        await self.token("ERC-20 transfer", EMSP, "transfer", CPO, EURO)
        for name in ("", "EIP-3009, one session"):
            nonce = keccak(text=f"nonce {name}")
            vrs = self.authorization("TransferWithAuthorization", EMSP, CPO.address, EURO, nonce)
            transfer = (EMSP, CPO, EURO, 0, ALWAYS, nonce, *vrs)
            await self.token(name, KEEPER, "transferWithAuthorization", *transfer)
        await self.token("", EMSP, "approve", self.pot, ALWAYS)
        await self.chain.send("", EMSP, self.pot, "transferInto", EMSP, 1_000 * UNIT, self.euro)
        for name in ("", "pot of 2019, one session"):
            cdr = f"DE*CPO*{keccak(text=name).hex()[:28]}"
            words = EURO.to_bytes(32, "big")
            receiver, token = (bytes.fromhex(c.address[2:]) for c in (CPO, self.euro))
            vrs = EMSP.sign_packed(cdr.encode() + receiver + words + token)
            await self.chain.send(name, KEEPER, self.pot, "transfer", cdr, CPO, EURO, self.euro, *vrs)
