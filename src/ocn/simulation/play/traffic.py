"""The messages of a play as the parties saw them: who to whom, what, with what answer, how fast."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party.traffic import Direction, Exchange

_LONGEST_WORD = 20
_MODULES = frozenset(str(module) for module in ModuleID)


@dataclass(frozen=True, slots=True)
class Message:
    """One request and its answer, seen by the party that sent it.

    ``hops`` is the number of nodes on the way: 1 when the registry names the same node for both parties, 2
    when it names two. ``what`` is the module and the part of the path that says more.
    """

    sender: PartyId
    receiver: PartyId
    method: str
    module: str
    what: str
    http_status: int | None
    status_code: int | None
    hops: int
    latency_s: float
    conversion: str = ""
    """How a node converted it and what was lost, as the node says: ``2.3.0->2.1.1; dropped=2``."""


class Traffic:
    """Collects what parties tell."""

    def __init__(self, on_message: Callable[[Message], None] | None = None) -> None:
        self.sent: list[Message] = []
        self.served: list[Exchange] = []
        self._homes: dict[PartyId, str] = {}
        self._on_message = on_message

    def settle(self, party: PartyId, node_url: str) -> None:
        """Take note of a party's node, as the registry has it."""
        self._homes[party] = node_url

    def watch(self, exchange: Exchange) -> None:
        """Take note of an exchange between two parties; versions and credentials are none."""
        if exchange.sender is None or exchange.receiver is None:
            return
        if exchange.direction is Direction.SERVED:
            self.served.append(exchange)
            return
        module, what = _subject(exchange)
        message = Message(
            exchange.sender,
            exchange.receiver,
            exchange.method,
            module,
            what,
            exchange.http_status,
            exchange.status_code,
            self.hops(exchange.sender, exchange.receiver),
            exchange.latency_s,
            exchange.headers.get("ocn-conversion", ""),
        )
        self.sent.append(message)
        if self._on_message is not None:
            self._on_message(message)

    def hops(self, sender: PartyId, receiver: PartyId) -> int:
        """How many nodes are between two parties; 0 when the home of one is not known."""
        homes = {self._homes.get(sender), self._homes.get(receiver)}
        return 0 if None in homes else len(homes)

    def served_count(self, method: str, module: str) -> int:
        """How many requests of a kind have been served."""
        return sum(1 for each in self.served if (each.method, _subject(each)[0]) == (method, module))


def summed_up(conversions: Sequence[str]) -> list[str]:
    """Add up what nodes said, one line for each way: ``2.3.0->2.1.1: 4 messages, 27 synthesised``."""
    messages: Counter[str] = Counter()
    losses: dict[str, Counter[str]] = {}
    for conversion in conversions:
        way, *parts = conversion.split("; ")
        messages[way] += 1
        counts = losses.setdefault(way, Counter())
        for loss, _, count in (part.partition("=") for part in parts):
            counts[loss.replace("_", " ")] += int(count)
    return [
        ", ".join(
            (
                f"{way}: {count} message{'s' if count != 1 else ''}",
                *(f"{lost} {loss}" for loss, lost in losses[way].items()),
            )
        )
        for way, count in messages.items()
    ]


def _subject(exchange: Exchange) -> tuple[str, str]:
    steps = urlsplit(exchange.url).path.split("/")
    named = next((step for step in steps if step in _MODULES), None)
    module = exchange.module or named or "?"
    rest = steps[steps.index(named) + 1 :] if named is not None else steps[-1:]
    words = [step if len(step) <= _LONGEST_WORD else f"{step[:8]}…" for step in rest if step]
    return module, "/".join(words)
