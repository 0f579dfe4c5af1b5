"""Calls of owners that anybody sends: one purpose, contract, chain and nonce, until the deadline."""

from dataclasses import dataclass
from typing import Any

import pytest
from contracts.tests.evm import Receipt, refused
from contracts.tests.market import CPO, EMSP, KEEPER, KEY, OTHER, RETURNS, STRANGER, VOUCHERS, Market
from contracts.tests.people import ORDER, Person, Vrs, mirrored
from contracts.tests.vouchers import domain_separator

NOT_THE_SIGNER = "Signer and provided party address different."
STAMP = {"nonce": "uint256", "deadline": "uint256"}
TRIPLE = {"payer": "address", "payee": "address", "token": "address"}
PEERS = {"payee": "address", "peer": "address", "token": "address"}


@dataclass(frozen=True)
class Purpose:
    """``fields`` are the struct's members before nonce and deadline: the call's arguments, signer first."""

    struct: str
    fields: dict[str, str]
    signer: Person
    values: tuple[Any, ...]
    right: int = 0
    """What a key needs to sign this for its party; 0 where none may."""

    @property
    def function(self) -> str:
        return self.struct[0].lower() + self.struct[1:]

    def plain(self, market: Market) -> tuple[Any, ...]:
        swapped = (market.euro if value == "token" else value for value in self.values)
        return tuple(value if isinstance(value, int) else value.address for value in swapped)

    def sign(self, market: Market, signer: Person | None = None, struct: str = "", **changed: Any) -> Vrs:
        """``changed`` are members of the message or, with a leading ``_``, of the domain."""
        message = dict(zip(self.fields, self.plain(market), strict=True))
        message |= {"nonce": 0, "deadline": market.evm.now}
        message |= {name: changed[name] for name in changed if not name.startswith("_")}
        domain = market.domain_data() | {name[1:]: changed[name] for name in changed if name[0] == "_"}
        primary = struct or self.struct
        return (signer or self.signer).sign_typed(domain, primary, self.fields | STAMP, message)

    def send(self, market: Market, vrs: Vrs, deadline: int | None = None) -> Receipt:
        until = market.evm.now if deadline is None else deadline
        return market.send(KEEPER, f"{self.function}BySig", *self.plain(market), until, *vrs)

    def send_directly(self, market: Market) -> Receipt:
        return market.send(self.signer, self.function, *self.plain(market)[1:])


AMOUNT = {"amount": "uint256"}
PURPOSES = [
    Purpose("Reserve", TRIPLE | AMOUNT, EMSP, (EMSP, CPO, "token", 7), VOUCHERS),
    Purpose("RequestRelease", TRIPLE | AMOUNT, EMSP, (EMSP, CPO, "token", 7)),
    Purpose(
        "ReturnReserve",
        {"payee": "address", "payer": "address", "token": "address"} | AMOUNT,
        *(CPO, (CPO, EMSP, "token", 7), RETURNS),
    ),
    Purpose(
        "Withdraw",
        {"party": "address", "token": "address"} | AMOUNT | {"to": "address"},
        *(EMSP, (EMSP, "token", 7, OTHER)),
    ),
    Purpose("EnableSetoff", PEERS, CPO, (CPO, EMSP, "token")),
    Purpose("RequestLeaveSetoff", PEERS, CPO, (CPO, EMSP, "token")),
    Purpose(
        "SetSigner",
        {"party": "address", "key": "address", "rights": "uint256"},
        *(EMSP, (EMSP, STRANGER, VOUCHERS)),
    ),
]
every_purpose = pytest.mark.parametrize("purpose", PURPOSES, ids=lambda purpose: purpose.struct)
for_own_keys = pytest.mark.parametrize(
    "purpose", [p for p in PURPOSES if not p.right], ids=lambda purpose: purpose.struct
)
for_hot_keys = pytest.mark.parametrize(
    "purpose", [p for p in PURPOSES if p.right], ids=lambda purpose: purpose.struct
)


@pytest.fixture
def ready(market: Market) -> Market:
    """Everything can be carried out, in both directions, and no nonce is used."""
    for payer, payee in ((EMSP, CPO), (CPO, EMSP)):
        market.reserve(payer, payee, 100)
        market.fund(payer, 100)
        market.send(payee, "enableSetoff", payer, market.euro)
    return market


@every_purpose
def test_typed_call_does_what_the_direct_call_does_and_uses_one_nonce(
    ready: Market, purpose: Purpose
) -> None:
    directly = purpose.send_directly(ready.copy())

    receipt = purpose.send(ready, purpose.sign(ready))

    assert ready.events(receipt) == ready.events(directly)
    assert ready.lanes.read("nonces", purpose.signer.address) == 1
    assert ready.lanes.read("nonces", KEEPER.address) == 0


@every_purpose
def test_typed_call_sent_twice_is_refused(ready: Market, purpose: Purpose) -> None:
    vrs = purpose.sign(ready)
    purpose.send(ready, vrs)

    with refused(NOT_THE_SIGNER):
        purpose.send(ready, vrs)
    purpose.send(ready, purpose.sign(ready, nonce=1))


@every_purpose
@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": 1},
        {"_chainId": 246},
        {"_verifyingContract": STRANGER.address},
        {"_name": "OCN Registry"},
        {"_version": "2"},
        {"struct": "Anything"},
        {"signer": STRANGER},
        {"signer": KEEPER},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_typed_call_signed_for_something_else_or_by_somebody_else_is_refused(
    ready: Market, purpose: Purpose, changed: dict[str, Any]
) -> None:
    with refused(NOT_THE_SIGNER):
        purpose.send(ready, purpose.sign(ready, **changed))


@every_purpose
def test_typed_call_is_refused_if_any_argument_was_changed(ready: Market, purpose: Purpose) -> None:
    for name, kind in purpose.fields.items():
        other: Any = KEY.address if kind == "address" else 2
        with refused(NOT_THE_SIGNER):
            changed: dict[str, Any] = {name: other}
            purpose.send(ready, purpose.sign(ready, **changed))
    with refused(NOT_THE_SIGNER):
        purpose.send(ready, purpose.sign(ready, deadline=ready.evm.now + 1))


@every_purpose
def test_typed_signature_of_one_purpose_serves_no_other(ready: Market, purpose: Purpose) -> None:
    for other in PURPOSES:
        if other.struct != purpose.struct and len(other.fields) == len(purpose.fields):
            with refused(NOT_THE_SIGNER):
                purpose.send(ready, purpose.sign(ready, struct=other.struct))


@every_purpose
def test_typed_call_is_refused_once_its_deadline_has_passed(ready: Market, purpose: Purpose) -> None:
    vrs, deadline = purpose.sign(ready), ready.evm.now
    ready.pass_time(1)

    with refused("Signature expired."):
        purpose.send(ready, vrs, deadline)


@every_purpose
def test_typed_call_is_refused_on_the_other_side_of_a_fork(ready: Market, purpose: Purpose) -> None:
    vrs = purpose.sign(ready)
    ready.evm.fork(chain_id=10)

    with refused(NOT_THE_SIGNER):
        purpose.send(ready, vrs)
    purpose.send(ready, purpose.sign(ready))


@every_purpose
def test_typed_signature_has_one_form(ready: Market, purpose: Purpose) -> None:
    v, r, s = purpose.sign(ready)

    for bad in ((0, r, s), (v - 27, r, s), (29, r, s), mirrored((v, r, s)), (v, bytes(32), s)):
        with refused("Invalid signature."):
            purpose.send(ready, bad)
    with refused("Invalid signature."):
        purpose.send(ready, (v, ORDER.to_bytes(32, "big"), s))


@pytest.mark.parametrize(("s", "why"), [(ORDER // 2, NOT_THE_SIGNER), (ORDER // 2 + 1, "Invalid signature.")])
def test_typed_signature_is_low_up_to_half_of_the_order(ready: Market, s: int, why: str) -> None:
    v, r, _ = PURPOSES[0].sign(ready)

    with refused(why):  # a signature of nobody in particular, but a signature
        PURPOSES[0].send(ready, (v, r, s.to_bytes(32, "big")))


@for_own_keys
def test_typed_call_of_the_owner_alone_takes_no_key_of_any_right(ready: Market, purpose: Purpose) -> None:
    ready.send(purpose.signer, "setSigner", KEY, VOUCHERS | RETURNS)

    with refused(NOT_THE_SIGNER):
        purpose.send(ready, purpose.sign(ready, signer=KEY))


@for_hot_keys
def test_typed_call_that_a_key_may_make_takes_one_with_the_right_and_no_other(
    ready: Market, purpose: Purpose
) -> None:
    ready.send(purpose.signer, "setSigner", KEY, (VOUCHERS | RETURNS) ^ purpose.right)
    with refused(NOT_THE_SIGNER):
        purpose.send(ready, purpose.sign(ready, signer=KEY))

    ready.send(purpose.signer, "setSigner", KEY, purpose.right)
    purpose.send(ready, purpose.sign(ready, signer=KEY))

    assert ready.lanes.read("nonces", purpose.signer.address) == 1
    assert ready.lanes.read("nonces", KEY.address) == 0


@for_hot_keys
def test_typed_call_of_a_removed_key_is_refused_at_once(ready: Market, purpose: Purpose) -> None:
    ready.send(purpose.signer, "setSigner", KEY, purpose.right)
    ready.send(purpose.signer, "setSigner", KEY, 0)

    with refused(NOT_THE_SIGNER):
        purpose.send(ready, purpose.sign(ready, signer=KEY))


def test_nonce_of_a_call_that_failed_is_still_to_be_used(ready: Market) -> None:
    purpose = Purpose("Reserve", TRIPLE | AMOUNT, EMSP, (EMSP, CPO, "token", 101))
    with refused("Not enough free money."):
        purpose.send(ready, purpose.sign(ready))
    ready.fund(EMSP, 1)

    purpose.send(ready, purpose.sign(ready))


def test_domain_is_told_as_signed(ready: Market) -> None:
    told = ready.lanes.read("DOMAIN_SEPARATOR")
    fields, name, version, chain_id, contract, salt, extensions = ready.lanes.read("eip712Domain")
    assert (fields, name, version, chain_id) == (b"\x0f", "OCN Lanes", "1", ready.evm.chain_id)
    assert (contract, salt, extensions) == (ready.lanes.address, bytes(32), ())
    assert told == domain_separator(ready.domain_data())
    ready.evm.fork(chain_id=10)
    assert ready.lanes.read("DOMAIN_SEPARATOR") == domain_separator(ready.domain_data()) != told
