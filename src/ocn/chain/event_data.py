"""What an event carries, read by position.

By hand: a whole record takes less time than the generic codec alone, and a first synchronisation is mostly
this.
"""

from typing import Final

from ocn.chain.errors import BadLog
from ocn.chain.values import Log
from ocn.signing.addresses import checksummed

_WORD: Final = 32


class EventData:
    """ABI-encoded data; anything out of bounds is a :class:`BadLog`."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def raw(self, index: int) -> bytes:
        """Return a word's 32 bytes."""
        word = self._data[index * _WORD : (index + 1) * _WORD]
        if len(word) != _WORD:
            raise BadLog("an event is shorter than its signature says")
        return word

    def number(self, index: int) -> int:
        """Return an unsigned number."""
        return int.from_bytes(self.raw(index), "big")

    def address(self, index: int) -> str:
        """Return an address in EIP-55 case."""
        return checksummed(self.raw(index)[12:])

    def octets(self, index: int) -> bytes:
        """Return what a ``bytes`` or ``string`` holds."""
        start = self.number(index)
        length = int.from_bytes(self._slice(start, _WORD), "big")
        return self._slice(start + _WORD, length)

    def text(self, index: int) -> str:
        """Return a ``string``, whatever it holds."""
        return self.octets(index).decode("utf-8", "replace")

    def numbers(self, index: int) -> tuple[int, ...]:
        """Return a list of unsigned numbers."""
        start = self.number(index)
        count = int.from_bytes(self._slice(start, _WORD), "big")
        body = self._slice(start + _WORD, count * _WORD)
        return tuple(int.from_bytes(body[at : at + _WORD], "big") for at in range(0, len(body), _WORD))

    def _slice(self, start: int, length: int) -> bytes:
        if start + length > len(self._data):
            raise BadLog("an event points beyond its data")
        return self._data[start : start + length]


def indexed_address(log: Log, place: int) -> str:
    """Return the address among a log's topics, the first of which names the event, in EIP-55 case.

    Raises:
        BadLog: there are fewer topics.
    """
    if len(log.topics) <= place:
        raise BadLog("an event lacks an indexed argument")
    return checksummed(log.topics[place][12:])
