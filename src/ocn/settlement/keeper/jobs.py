"""What a keeper is asked for, and how that is written down."""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.lanes.calls import PartyCall
from ocn.signing.hashes import keccak256

_ENCODER: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Claim:
    """Cash a voucher. Done twice it is done once: the contract counts."""

    voucher: SignedVoucher

    @property
    def name(self) -> str:
        """Two open jobs never have the same."""
        return f"claim {self.voucher.lane.key} {self.voucher.cumulative}"


@dataclass(frozen=True, slots=True)
class Net:
    """Set off two vouchers of opposite lanes. As repeatable as a claim."""

    voucher: SignedVoucher
    back: SignedVoucher

    @property
    def name(self) -> str:
        """Two open jobs never have the same."""
        return f"net {self.voucher.lane.key} {self.voucher.cumulative} {self.back.cumulative}"


@dataclass(frozen=True, slots=True)
class ClaimWallet:
    """Cash a voucher that the payer's contract wallet has to confirm. It is never tried twice by itself."""

    voucher: WalletVoucher

    @property
    def name(self) -> str:
        """Two open jobs never have the same; a wallet may want to be shown another signature."""
        shown = keccak256(self.voucher.signature).hex()[:16]
        return f"claim wallet {self.voucher.lane.key} {self.voucher.cumulative} {shown}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a vault's own money, which must not happen twice, such as a withdrawal.

    ``unsigned`` is one in the name of a vault that is not the account's: it is signed when it is sent, since
    the vault's signatures are counted, and ``data`` is empty.
    """

    name: str
    data: bytes = field(repr=False)
    unsigned: PartyCall | None = None


Job: TypeAlias = Claim | Net | ClaimWallet | Call


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job as it is kept; ``tries`` counts transactions of it that failed in a block."""

    id: int
    job: Job
    tries: int = 0


def job_to_json(job: Job) -> bytes:
    """Write a job."""
    if isinstance(job, Call):
        content: dict[str, Any] = {"call": job.name, "data": job.data.hex()}
        if job.unsigned is not None:
            content["unsigned"] = {"function": job.unsigned.function, "members": job.unsigned.members}
        return _ENCODER.encode(content)
    if isinstance(job, ClaimWallet):
        return _ENCODER.encode({"wallet": _voucher_to_json(job.voucher)})
    vouchers = [job.voucher] if isinstance(job, Claim) else [job.voucher, job.back]
    return _ENCODER.encode({"vouchers": [_voucher_to_json(voucher) for voucher in vouchers]})


def job_from_json(text: str) -> Job:
    """Read what :func:`job_to_json` wrote."""
    content: dict[str, Any] = msgspec.json.decode(text)
    if "call" in content:
        return Call(content["call"], bytes.fromhex(content["data"]), _unsigned(content.get("unsigned")))
    if "wallet" in content:
        return ClaimWallet(WalletVoucher(*_members(content["wallet"])))
    vouchers = [SignedVoucher(*_members(voucher)) for voucher in content["vouchers"]]
    return Claim(vouchers[0]) if len(vouchers) == 1 else Net(vouchers[0], vouchers[1])


def _unsigned(content: dict[str, Any] | None) -> PartyCall | None:
    if content is None:
        return None
    return PartyCall(
        content["function"], tuple((kind, name, value) for kind, name, value in content["members"])
    )


def _voucher_to_json(voucher: SignedVoucher | WalletVoucher) -> dict[str, str]:
    return {
        "lane": voucher.lane.key,
        "cumulative": str(voucher.cumulative),
        "evidence": voucher.evidence.hex(),
        "signature": voucher.signature.hex(),
    }


def _members(content: dict[str, str]) -> tuple[Lane, int, bytes, bytes]:
    return (
        Lane.from_key(content["lane"]),
        int(content["cumulative"]),
        bytes.fromhex(content["evidence"]),
        bytes.fromhex(content["signature"]),
    )
