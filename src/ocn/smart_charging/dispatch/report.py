"""What came of following a plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ocn.smart_charging.dispatch.following import Following
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.states import Refusal


@dataclass(frozen=True, slots=True)
class FollowReport:
    """What was sent, and how it went. Sessions are named by the caller's keys."""

    sent: tuple[str, ...] = ()
    """In order; a session may be in it twice: first lowered, then raised."""
    confirmed: frozenset[str] = frozenset()
    """Got a result that it is in force."""
    failed: Mapping[str, Refusal] = field(default_factory=dict)
    """What the last message of a session came to instead."""
    unknown: frozenset[str] = frozenset()
    """Their CPO does not know them (any more): read its sessions again."""
    blocked: frozenset[str] = frozenset()
    """Want more than there is room for until others have confirmed that they take less."""
    due: datetime | None = None
    """When something waits to be tried again: follow then, if not before."""
    overfull: tuple[int, ...] = ()
    """Limits, by number, that may be exceeded by what is known now."""


def report(
    sent: Sequence[Message],
    ledger: Ledger,
    following: Following,
    held: Mapping[str, datetime | None],
    waits: Iterable[datetime],
) -> FollowReport:
    """Say what came of it, by where the sessions stand now; ``waits`` are moments to try something again."""
    last = {message.session: message.sent.number for message in sent}
    standings = {session: ledger.standings[session] for session in last if session in ledger.standings}
    dues = [*waits, *(due for session, due in held.items() if session in following.open)]
    overfull, blocked = following.overfull(), frozenset(following.open - held.keys())
    if overfull or blocked:
        dues.append(following.lingers_until())
    return FollowReport(
        tuple(message.session for message in sent),
        frozenset(
            session
            for session, each in standings.items()
            if each.in_force is not None and each.in_force.number == last[session]
        ),
        {session: each.refusal for session, each in standings.items() if each.refusal is not None},
        frozenset(
            session for session, each in ledger.standings.items() if each.refusal is Refusal.UNKNOWN_SESSION
        ),
        blocked,
        min((due for due in dues if due is not None), default=None),
        overfull,
    )
