"""What may pass to a peer when its meaning would change: decided per peer, refused unless allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ocn.conversion.changes import Change, Loss
from ocn.conversion.objects import ObjectKind


class Choice(StrEnum):
    """What happens to a document whose meaning would change."""

    PASS = "pass"  # noqa: S105 - not a password
    """It goes on; the report says what happened to it."""
    ASK = "ask"
    """It is refused unless the operator has allowed such a change; the refusal names the allowance to add."""
    REFUSE = "refuse"
    """It is refused."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One class of changes that the operator has allowed: ``cdr:/tariffs/*``.

    The pointer's segments are compared one by one, ``*`` stands for any one of them; what lies below is
    included, so ``tariff:`` allows every change of a tariff.
    """

    kind: ObjectKind
    pointer: str

    @classmethod
    def parse(cls, text: str) -> "Allowance":
        """Read ``kind:pointer``.

        Raises:
            ValueError: there is no such kind, or the pointer does not begin with a slash.
        """
        kind, colon, pointer = text.partition(":")
        if not colon or (pointer and not pointer.startswith("/")):
            raise ValueError(f"an allowance reads kind:/pointer, not {text[:60]!r}")
        if kind not in set(ObjectKind):
            raise ValueError(f"an allowance is about one of {', '.join(ObjectKind)}, not {kind[:60]!r}")
        return cls(ObjectKind(kind), pointer)

    def covers(self, kind: ObjectKind, pointer: str) -> bool:
        """Whether a change there is of this class."""
        wanted, found = self.pointer.split("/")[1:], pointer.split("/")[1:]
        return (
            kind is self.kind
            and len(wanted) <= len(found)
            and all(want in ("*", have) for want, have in zip(wanted, found, strict=False))
        )

    def __str__(self) -> str:
        return f"{self.kind}:{self.pointer}"


@dataclass(frozen=True, slots=True)
class Policy:
    """How one peer is treated. What is only dropped or synthesised always passes; it is reported."""

    dangerous: Choice = Choice.REFUSE
    allowances: tuple[Allowance, ...] = ()
    """Consulted under ``ask`` only."""


REFUSING = Policy()
"""For a peer of whom nothing else was said."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a converted document may go on; if not, ``text`` says why, and what would let it."""

    allowed: bool
    text: str = ""


_ALLOWED = Decision(allowed=True)


def decide(policy: Policy, kind: ObjectKind, changes: Iterable[Change]) -> Decision:
    """Judge the changes of one object; their pointers begin at the object."""
    dangerous = [change for change in changes if change.loss is Loss.MEANING_CHANGED]
    if policy.dangerous is Choice.ASK:
        dangerous = [
            change
            for change in dangerous
            if not any(a.covers(kind, change.pointer) for a in policy.allowances)
        ]
    if not dangerous or policy.dangerous is Choice.PASS:
        return _ALLOWED
    reasons = "; ".join(f"{change.pointer or 'the whole of it'}: {change.note}" for change in dangerous[:3])
    text = f"converting the {kind} would change its meaning: {reasons}"
    if len(dangerous) > 3:
        text += f"; and {len(dangerous) - 3} more"
    if policy.dangerous is Choice.ASK:
        wanted = sorted({str(Allowance(kind, _class_of(change.pointer))) for change in dangerous})
        text += f" (the operator can allow for this peer: {', '.join(wanted[:3])})"
    return Decision(allowed=False, text=text)


def _class_of(pointer: str) -> str:
    """Take the numbers out of a pointer: one index of a list is as good as another."""
    return "/".join("*" if segment.isdecimal() else segment for segment in pointer.split("/"))
