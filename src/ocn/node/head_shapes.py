"""Heads of HTTP messages that are like ones read before: the same names, in the same order and spelling.

A peer's library writes the same headers for ever; only values differ. Names that llhttp has read often become
one expression, which takes the values of the next such head at once, in a quarter of the time. It accepts a
narrow form alone (HTTP/1.1, one blank before a value and none after, no control character, no header that
changes the framing but a length); what does not fit is read by llhttp as usual.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

REQUEST_LINE: Final = r'(GET|PUT|POST|PATCH|DELETE) (/[!"$-~]*+) HTTP/1\.1\r\n'
"""Two values: method and target. A fragment is left to llhttp."""
STATUS_LINE: Final = r"HTTP/1\.1 ([2-5][0-9][0-9]) [^\r]*+\r\n"
"""One value: the status."""

_CONTROLS: Final = bytes({*range(0x20), 0x7F})
_USED_AFTER: Final = 64
"""Compiling takes a millisecond: who invents names for every message shall not win much by it."""
_MOST_SHAPES: Final = 1024
_MOST_NAMES, _MOST_NAME_BYTES = 48, 1024
_UNFIT: Final = frozenset(
    {"transfer-encoding", "expect", "upgrade", "te", "trailer", "proxy-connection", "http2-settings"}
)
_VALUE: Final = r"([^\r ][^\r]*+)(?<! )"
_VALUE_OF: Final = {"content-length": r"([0-9]{1,9}+)", "connection": r"([Kk]eep-[Aa]live)"}


@dataclass(frozen=True, slots=True)
class HeadShape:
    """One such head; ``names`` are those of its headers in lower case, each there once."""

    names: tuple[str, ...]
    _whole: re.Pattern[str]

    def values(self, head: bytes) -> tuple[str, ...] | None:
        """Return the values of the first line, then those of ``names``; None when llhttp must read the head.

        ``head`` ends with the line end of its last header.
        """
        if len(head.translate(None, _CONTROLS)) != len(head) - 2 * (len(self.names) + 1):
            return None
        found = self._whole.fullmatch(head.decode("latin-1"))
        return None if found is None else found.groups()


class HeadShapes:
    """Counts the names of heads that llhttp has read, and compiles those that come often."""

    def __init__(self, first_line: str, *, needed: str) -> None:
        """``needed`` is a header without which a head is left to llhttp."""
        self._first_line = first_line
        self._needed = needed
        self._known: OrderedDict[tuple[bytes, ...], HeadShape | int | None] = OrderedDict()

    def seen(self, names: Sequence[bytes]) -> HeadShape | None:
        """Count a head with these names; return its shape when there is one by now."""
        if len(names) > _MOST_NAMES:
            return None
        key = tuple(names)
        known = self._known.get(key, 0)
        if isinstance(known, int):
            if sum(map(len, names)) > _MOST_NAME_BYTES:
                return None
            known = self._shape(key) if known + 1 >= _USED_AFTER else known + 1
            self._known[key] = known
            if len(self._known) > _MOST_SHAPES:
                self._known.popitem(last=False)
        return None if isinstance(known, int) else known

    def _shape(self, raw_names: tuple[bytes, ...]) -> HeadShape | None:
        spelled = [name.decode("latin-1") for name in raw_names]
        names = tuple(name.lower() for name in spelled)
        if len(set(names)) != len(names) or self._needed not in names or not _UNFIT.isdisjoint(names):
            return None
        lines = (
            f"{re.escape(spelling)}: {_VALUE_OF.get(name, _VALUE)}\r\n"
            for spelling, name in zip(spelled, names, strict=True)
        )
        return HeadShape(names, re.compile(self._first_line + "".join(lines)))
