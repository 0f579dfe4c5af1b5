"""The messages of a play as the parties saw them: who to whom, what, with what answer, how fast."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party.traffic import Direction, Exchange

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


class Traffic:
    """Collects what parties tell. ``homes`` are the nodes of the parties, as the registry has them."""

    def __init__(
        self, homes: Mapping[PartyId, str], on_message: Callable[[Message], None] | None = None
    ) -> None:
        self.sent: list[Message] = []
        self.served: list[Exchange] = []
        self._homes = homes
        self._on_message = on_message

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
        )
        self.sent.append(message)
        if self._on_message is not None:
            self._on_message(message)

    def hops(self, sender: PartyId, receiver: PartyId) -> int:
        """How many nodes are between two parties."""
        return len({self._homes[sender], self._homes[receiver]})

    def served_count(self, method: str, module: str) -> int:
        """How many requests of a kind have been served."""
        return sum(1 for each in self.served if (each.method, _subject(each)[0]) == (method, module))


def _subject(exchange: Exchange) -> tuple[str, str]:
    steps = urlsplit(exchange.url).path.split("/")
    named = next((step for step in steps if step in _MODULES), None)
    module = exchange.module or named or "?"
    rest = steps[steps.index(named) + 1 :] if named is not None else steps[-1:]
    words = [step for step in rest if step and len(step) <= 24]
    return module, "/".join(words)
