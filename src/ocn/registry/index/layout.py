"""How the registry's keys and records stand in the event log."""

from ocn.registry.records import Key, Kind, Record, record_from_json, record_to_json


class RegistryLayout:
    """A key is its words, a record its JSON; see :class:`ocn.chain.following.log.Layout`."""

    def key_to_text(self, key: Key) -> str:
        """Write ``party 0x...``, or ``agreement 0x... 0x...``."""
        return " ".join(word for word in key if word)

    def key_from_text(self, text: str) -> Key:
        """Read it."""
        kind, *addresses = text.split(" ")
        return Key(Kind(kind), *addresses)

    def record_to_json(self, record: Record | None) -> bytes | None:
        """Write a record."""
        return record_to_json(record)

    def record_from_json(self, key: Key, text: str | None) -> Record | None:
        """Read it."""
        return record_from_json(key.kind, text)
