"""The filter family of JSON-RPC: what is new since the last question.

A filter remembers the height it has told up to. When the chain goes back, so do the filters, and they tell
the replacing blocks' contents; that earlier logs are void is not told (ask ``eth_getLogs`` by block hash).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import refused
from ocn.chain.embedded.logs import LogFilter
from ocn.chain.embedded.quantities import data, parse_quantity, quantity
from ocn.chain.embedded.rendering import render_logs

MAX_FILTERS: Final = 256
"""Beyond it the filter that was asked longest ago is forgotten."""


@dataclass(slots=True)
class _Installed:
    kind: str
    logs: LogFilter | None
    told: int


class Filters:
    """See the module."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._installed: dict[int, _Installed] = {}
        self._count = 0

    def methods(self) -> Mapping[str, Callable[..., Any]]:
        """Names on the wire to what answers them."""
        return {
            "eth_newFilter": lambda spec: self._install(
                "logs", LogFilter.parse(spec, self._chain.head.number)
            ),
            "eth_newBlockFilter": lambda: self._install("blocks", None),
            "eth_newPendingTransactionFilter": lambda: self._install("transactions", None),
            "eth_getFilterChanges": self.changes,
            "eth_getFilterLogs": self.all_logs,
            "eth_uninstallFilter": lambda number: (
                self._installed.pop(parse_quantity(number, "filter"), None) is not None
            ),
        }

    def rewound_to(self, number: int) -> None:
        """The chain went back: nothing above ``number`` has been told."""
        for filter_ in self._installed.values():
            filter_.told = min(filter_.told, number)

    def _install(self, kind: str, logs: LogFilter | None) -> str:
        if len(self._installed) >= MAX_FILTERS:
            del self._installed[next(iter(self._installed))]
        self._count += 1
        self._installed[self._count] = _Installed(kind, logs, self._chain.head.number)
        return quantity(self._count)

    def _find(self, number: Any) -> _Installed:
        key = parse_quantity(number, "filter")
        found = self._installed.pop(key, None)
        if found is None:
            raise refused("filter not found")
        self._installed[key] = found  # last in the order of asking
        return found

    def changes(self, number: Any) -> list[Any]:
        """Logs, block hashes or transaction hashes since the last question."""
        asked, database, head = self._find(number), self._chain.database, self._chain.head.number
        first = asked.told + 1
        if asked.logs is not None:
            low, high = (
                max(first, asked.logs.first or 0),
                head if asked.logs.last is None else min(head, asked.logs.last),
            )
            answer: list[Any] = (
                render_logs(database, asked.logs.find(self._chain, low, high)) if low <= high else []
            )
        elif asked.kind == "blocks":
            answer = [
                data(block_hash)
                for block_hash in reversed([*islice(database.ancestors(head), head - asked.told)])
            ]
        else:
            answer = [data(one) for one in database.transaction_hashes(first, head)]
        asked.told = head
        return answer

    def all_logs(self, number: Any) -> list[dict[str, Any]]:
        """Every log of a log filter's range, told or not."""
        asked = self._find(number)
        if asked.logs is None:
            raise refused("filter not found")
        return render_logs(self._chain.database, asked.logs.find_all(self._chain))
