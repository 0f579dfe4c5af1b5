"""What a keeper is asked for, and how that is written down."""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.lanes.calls import PartyCall

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
class Call:
    """A call of a vault's own money, which must not happen twice, such as a withdrawal.

    ``unsigned`` is one in the name of a vault that is not the account's: it is signed when it is sent, since
    the vault's signatures are counted, and ``data`` is empty.
    """

    name: str
    data: bytes = field(repr=False)
    unsigned: PartyCall | None = None


Job: TypeAlias = Claim | Net | Call


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
    vouchers = [job.voucher] if isinstance(job, Claim) else [job.voucher, job.back]
    return _ENCODER.encode({"vouchers": [_voucher_to_json(voucher) for voucher in vouchers]})


def job_from_json(text: str) -> Job:
    """Read what :func:`job_to_json` wrote."""
    content: dict[str, Any] = msgspec.json.decode(text)
    if "call" in content:
        return Call(content["call"], bytes.fromhex(content["data"]), _unsigned(content.get("unsigned")))
    vouchers = [_voucher_from_json(voucher) for voucher in content["vouchers"]]
    return Claim(vouchers[0]) if len(vouchers) == 1 else Net(vouchers[0], vouchers[1])


def _unsigned(content: dict[str, Any] | None) -> PartyCall | None:
    if content is None:
        return None
    return PartyCall(
        content["function"], tuple((kind, name, value) for kind, name, value in content["members"])
    )


def _voucher_to_json(voucher: SignedVoucher) -> dict[str, str]:
    return {
        "lane": voucher.lane.key,
        "cumulative": str(voucher.cumulative),
        "evidence": voucher.evidence.hex(),
        "signature": voucher.signature.hex(),
    }


def _voucher_from_json(content: dict[str, str]) -> SignedVoucher:
    return SignedVoucher(
        Lane.from_key(content["lane"]),
        int(content["cumulative"]),
        bytes.fromhex(content["evidence"]),
        bytes.fromhex(content["signature"]),
    )
