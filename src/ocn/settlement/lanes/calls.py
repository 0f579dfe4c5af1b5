"""Every call of Lanes, as the bytes that a transaction carries. Amounts in units, times in Unix seconds.

What a party does with its own money, it sends itself, or anybody sends with its signature: those calls are
values (:class:`PartyCall`). The others anybody may send as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocn.settlement.core.evidence import Proof, object_hash
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.typed_data import domain_separator, typed_digest, word
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.lanes.contract import LANES
from ocn.signing.addresses import address_bytes
from ocn.signing.hashes import keccak256
from ocn.signing.keys import PrivateKey

Member = tuple[str, str, str | int]  # ABI type, name, value


@dataclass(frozen=True, slots=True)
class PartyCall:
    """A call in the name of a party, which is the first member.

    The party sends :attr:`data`. Anybody sends :meth:`by_signature`: it holds once, here, until a deadline.
    """

    function: str
    members: tuple[Member, ...]

    @property
    def party(self) -> str:
        """In whose name it is."""
        return str(self.members[0][2])

    @property
    def words(self) -> str:
        """What it does, for people: ``request release``."""
        return re.sub(r"(?=[A-Z])", " ", self.function).lower()

    @property
    def data(self) -> bytes:
        """What the party itself sends."""
        return LANES[self.function].encode(*(_argument(value) for _, _, value in self.members[1:]))

    def digest(self, *, nonce: int, deadline: int, chain_id: int, contract: str) -> bytes:
        """Return what the party signs (EIP-712); ``nonce`` is what the contract says it is."""
        members: tuple[Member, ...] = (
            *self.members,
            ("uint256", "nonce", nonce),
            ("uint256", "deadline", deadline),
        )
        struct = self.function[0].upper() + self.function[1:]
        kind = f"{struct}({','.join(f'{type_} {name}' for type_, name, _ in members)})"
        values = b"".join(_word(value) for _, _, value in members)
        return typed_digest(domain_separator(chain_id, contract), keccak256(kind.encode()) + values)

    def by_signature(
        self, signer: PrivateKey, *, nonce: int, deadline: int, chain_id: int, contract: str
    ) -> bytes:
        """Sign, and return what anybody sends."""
        digest = self.digest(nonce=nonce, deadline=deadline, chain_id=chain_id, contract=contract)
        signature = signer.sign_digest(digest)
        return LANES[f"{self.function}BySig"].encode(
            *(_argument(value) for _, _, value in self.members), deadline, *_vrs(signature)
        )


def reserve(lane: Lane, amount: int) -> PartyCall:
    """Move the payer's free money into the reserve of a lane."""
    return PartyCall("reserve", (*_there(lane), ("uint256", "amount", amount)))


def request_release(lane: Lane, amount: int) -> PartyCall:
    """Announce that so much leaves the reserve after the time of notice; 0 takes that back."""
    return PartyCall("requestRelease", (*_there(lane), ("uint256", "amount", amount)))


def return_reserve(lane: Lane, amount: int) -> PartyCall:
    """Give a part of the reserve back to the payer at once; in the name of the payee."""
    return PartyCall("returnReserve", (*_back(lane, "payer"), ("uint256", "amount", amount)))


def withdraw(party: str, token: str, amount: int, to: str) -> PartyCall:
    """Pay free money out."""
    members: tuple[Member, ...] = (
        ("address", "party", party),
        ("address", "token", token),
        ("uint256", "amount", amount),
        ("address", "to", to),
    )
    return PartyCall("withdraw", members)


def enable_setoff(lane: Lane) -> PartyCall:
    """Have what this lane pays become the payee's reserve for the payer; in the name of the payee."""
    return PartyCall("enableSetoff", _back(lane, "peer"))


def request_leave_setoff(lane: Lane) -> PartyCall:
    """Announce the end of that, after the time of notice."""
    return PartyCall("requestLeaveSetoff", _back(lane, "peer"))


def set_signer(party: str, key: str, rights: int) -> PartyCall:
    """Let a hot key sign for the party, or no longer."""
    members: tuple[Member, ...] = (
        ("address", "party", party),
        ("address", "key", key),
        ("uint256", "rights", rights),
    )
    return PartyCall("setSigner", members)


def release(lane: Lane) -> bytes:
    """Move what was announced, is due and was not claimed meanwhile out of the reserve."""
    return LANES["release"].encode(*_parties(lane))


def leave_setoff(lane: Lane) -> bytes:
    """End the set-off whose end was announced and is due."""
    return LANES["leaveSetoff"].encode(lane.payee.lower(), lane.payer.lower(), lane.token.lower())


def deposit(party: str, token: str, amount: int) -> bytes:
    """Move the sender's tokens, which it has approved before, into a party's free money."""
    return LANES["deposit"].encode(party.lower(), token.lower(), amount)


def deposit_with_permit(party: str, token: str, amount: int, deadline: int, signature: bytes) -> bytes:
    """Do that by the party's permit (EIP-2612, 65 bytes)."""
    return LANES["depositWithPermit"].encode(party.lower(), token.lower(), amount, deadline, *_vrs(signature))


def open_with_authorization(
    lane: Lane, amount: int, *, valid_after: int, valid_before: int, salt: bytes, signature: bytes
) -> bytes:
    """Move the payer's tokens straight into the reserve of a lane, by its EIP-3009 authorisation.

    The authorisation's nonce is :func:`authorization_nonce`.
    """
    return LANES["openWithAuthorization"].encode(
        lane.payer.lower(),
        lane.payee.lower(),
        lane.token.lower(),
        amount,
        valid_after,
        valid_before,
        salt,
        *_vrs(signature),
    )


def authorization_nonce(payee: str, salt: bytes) -> bytes:
    """Return the nonce that binds an EIP-3009 authorisation to a payee."""
    return keccak256(_word(payee) + salt)


def claim(vouchers: Sequence[SignedVoucher]) -> bytes:
    """Cash vouchers of one payee and one token, at most a hundred; bad ones are skipped."""
    first = vouchers[0].lane
    items = [(v.lane.payer.lower(), *_signed(v)) for v in vouchers]
    return LANES["claim"].encode(first.payee.lower(), first.token.lower(), items)


def claim_one(voucher: SignedVoucher) -> bytes:
    """Cash one voucher; refused with the reason when it pays nothing."""
    return LANES["claimOne"].encode(*_parties(voucher.lane), *_signed(voucher))


def claim_wallet(voucher: WalletVoucher) -> bytes:
    """Cash a voucher that the payer's contract wallet answers for (ERC-1271)."""
    shown = voucher.cumulative, voucher.evidence, voucher.signature
    return LANES["claimWallet"].encode(*_parties(voucher.lane), *shown)


def net(voucher: SignedVoucher, back: SignedVoucher) -> bytes:
    """Set off two vouchers of opposite lanes and cash the difference."""
    return LANES["net"].encode(*_parties(voucher.lane), _signed(voucher), _signed(back))


def agree_hold_back(
    lane: Lane, window: int, arbiter: str, deadline: int, payer: bytes | None, payee: bytes | None
) -> bytes:
    """Agree on holding payments back (65 bytes); a side that sends this itself need not sign (None)."""
    signatures = [(0, bytes(32), bytes(32)) if one is None else _vrs(one) for one in (payer, payee)]
    return LANES["agreeHoldBack"].encode(*_parties(lane), window, arbiter.lower(), deadline, *signatures)


def collect(lane: Lane) -> bytes:
    """Give the payee what was held long enough."""
    return LANES["collect"].encode(*_parties(lane))


def dispute(lane: Lane, epoch: int, proof: Proof) -> bytes:
    """Freeze what one leaf of claimed evidence cost."""
    leaf = proof.leaf
    opened = (
        proof.salt,
        int(leaf.kind),
        object_hash(leaf.owner, leaf.id),
        leaf.amount,
        leaf.wh,
        leaf.document,
        leaf.signed,
    )
    links = [(link.root, link.cumulative) for link in proof.links]
    return LANES["dispute"].encode(*_parties(lane), epoch, opened, list(proof.siblings), proof.before, links)


def resolve(lane: Lane, leaf_hash: bytes, to_payer: int) -> bytes:
    """Divide what a dispute has frozen."""
    return LANES["resolve"].encode(*_parties(lane), leaf_hash, to_payer)


def _parties(lane: Lane) -> tuple[str, str, str]:
    return lane.payer.lower(), lane.payee.lower(), lane.token.lower()


def _there(lane: Lane) -> tuple[Member, ...]:
    return (
        ("address", "payer", lane.payer),
        ("address", "payee", lane.payee),
        ("address", "token", lane.token),
    )


def _back(lane: Lane, other: str) -> tuple[Member, ...]:
    return (
        ("address", "payee", lane.payee),
        ("address", other, lane.payer),
        ("address", "token", lane.token),
    )


def _signed(voucher: SignedVoucher) -> tuple[int, bytes, bytes, bytes]:
    return voucher.cumulative, voucher.evidence, voucher.signature[:32], voucher.signature[32:]


def _vrs(signature: bytes) -> tuple[int, bytes, bytes]:
    return signature[64], signature[:32], signature[32:64]


def _argument(value: str | int) -> str | int:
    return value.lower() if isinstance(value, str) else value


def _word(value: str | int) -> bytes:
    return word(value) if isinstance(value, int) else bytes(12) + address_bytes(value)
