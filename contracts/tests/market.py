"""Lanes and two tokens on a chain, and the parties that settle there."""

import functools
from typing import Any

from contracts.tests.contract import Contract, Event
from contracts.tests.evm import Evm, Receipt
from contracts.tests.people import Person
from contracts.tests.vouchers import Signed, compact, digest, lanes_domain
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ocn.chain.artifacts import Artifact, load

EMSP, CPO, OTHER = Person("eMSP"), Person("CPO"), Person("another party")
KEY = Person("a key on a machine")
STRANGER = Person("a stranger")
KEEPER = Person("keeper: sends what others signed")
ARBITER = Person("arbiter")

DAY = 86_400
GREATEST = 2**120 - 1
VOUCHERS, RETURNS = 1, 2

Item = tuple[str, int, bytes, bytes, bytes]
"""Payer, and what is signed."""


class Market:
    """Nobody has anything yet. ``euro`` and ``franc`` are test tokens of 6 and 18 decimals."""

    def __init__(self, evm: Evm, lanes: Contract, euro: Contract, franc: Contract) -> None:
        self.evm, self.lanes, self.euro, self.franc = evm, lanes, euro, franc

    def copy(self) -> "Market":
        evm = self.evm.copy()
        return Market(evm, *(c.on(evm) for c in (self.lanes, self.euro, self.franc)))

    # -------------------------------------------------------------------------------------- doing

    def mint(self, party: Person, amount: int, token: Contract | None = None) -> None:
        """Into the party's wallet, all of it allowed to be pulled."""
        token = token or self.euro
        token.send(KEEPER.address, "mint", party.address, amount)
        token.send(party.address, "approve", self.lanes.address, 2**256 - 1)

    def fund(self, party: Person, amount: int, token: Contract | None = None) -> None:
        token = token or self.euro
        self.mint(party, amount, token)
        self.lanes.send(party.address, "deposit", party.address, token.address, amount)

    def send(self, sender: Person, function: str, *arguments: Any) -> Receipt:
        return self.lanes.send(sender.address, function, *map(_plain, arguments))

    def reserve(self, payer: Person, payee: Person, amount: int, token: Contract | None = None) -> None:
        self.fund(payer, amount, token)
        self.send(payer, "reserve", payee, token or self.euro, amount)

    def claim(self, payee: Person, *items: Item, token: Contract | None = None) -> int:
        """What was paid."""
        receipt = self.send(KEEPER, "claim", payee, token or self.euro, items)
        return int.from_bytes(receipt.output, "big")

    def claim_one(self, payer: Person, payee: Person, voucher: Signed, token: Contract | None = None) -> int:
        receipt = self.send(KEEPER, "claimOne", payer, payee, token or self.euro, *voucher)
        return int.from_bytes(receipt.output, "big")

    def pass_time(self, seconds: int) -> None:
        self.evm.set_time(self.evm.now + seconds)

    # ------------------------------------------------------------------------------------ signing

    def voucher(
        self,
        payer: Person,
        payee: Person,
        cumulative: int,
        *,
        evidence: bytes | None = None,
        signer: Person | None = None,
        token: Contract | None = None,
        **domain: Any,
    ) -> Signed:
        """``domain`` changes members of the EIP-712 domain."""
        evidence = keccak(text=f"evidence of {cumulative}") if evidence is None else evidence
        hashed = self.digest(payer, payee, cumulative, evidence, token, **domain)
        return cumulative, evidence, *compact(hashed, signer or payer)

    def digest(
        self,
        payer: Person,
        payee: Person,
        cumulative: int,
        evidence: bytes,
        token: Contract | None = None,
        **domain: Any,
    ) -> bytes:
        """What is signed of a voucher."""
        parties = payer.address, payee.address, (token or self.euro).address
        return digest(self.domain_data() | domain, *parties, cumulative, evidence)

    def item(self, payer: Person, payee: Person, cumulative: int, **changed: Any) -> Item:
        """A voucher as ``claim`` takes it."""
        return payer.address, *self.voucher(payer, payee, cumulative, **changed)

    def domain_data(self) -> dict[str, Any]:
        """The EIP-712 domain."""
        return lanes_domain(self.evm.chain_id, self.lanes.address)

    # ------------------------------------------------------------------------------------ looking

    def free(self, party: Person, token: Contract | None = None) -> int:
        return int(self.lanes.read("free", party.address, (token or self.euro).address))

    def exposure(
        self, payer: Person, payee: Person, token: Contract | None = None
    ) -> tuple[int, int, int, int, int, int]:
        """Claimable, reserved, free, claimed, exit, exit ready at."""
        asked = (payer.address, payee.address, (token or self.euro).address)
        return self.lanes.read("exposure", *asked)  # type: ignore[no-any-return]  # decoded by the ABI

    def claimed(self, payer: Person, payee: Person, token: Contract | None = None) -> int:
        return self.exposure(payer, payee, token)[3]

    def reserved(self, payer: Person, payee: Person, token: Contract | None = None) -> int:
        return self.exposure(payer, payee, token)[1]

    def wallet(self, party: Person, token: Contract | None = None) -> int:
        return int((token or self.euro).read("balanceOf", party.address))

    def storage(self) -> bytes:
        """Stands for all that the contract has stored."""
        return self.evm.storage_root(self.lanes.address)

    def events(self, receipt: Receipt) -> list[Event]:
        return self.lanes.events(receipt)


def _plain(argument: Any) -> Any:
    return argument.address if isinstance(argument, Person | Contract) else argument


def lanes_artifact() -> Artifact:
    """What the tests deploy; the mutation run puts others in its place."""
    return load("Lanes")


def open_market(evm: Evm, delay: int = DAY) -> Market:
    """Everything deployed anew."""
    artifact, test_token = lanes_artifact(), load("TestToken")
    lanes = evm.send(KEEPER.address, None, artifact.bytecode + encode(["uint256"], [delay]))
    tokens = [
        evm.send(
            KEEPER.address,
            None,
            test_token.bytecode + encode(["string", "string", "uint8"], [name, symbol, decimals]),
        )
        for name, symbol, decimals in (("Test Euro", "EUR", 6), ("Test Franc", "CHF", 18))
    ]
    return Market(
        evm,
        Contract(evm, artifact.abi, lanes.created),
        *(Contract(evm, test_token.abi, token.created) for token in tokens),
    )


@functools.cache
def _first() -> Market:
    return open_market(Evm())


def new_market() -> Market:
    """A market of one's own, at the price of a copy."""
    return _first().copy()
