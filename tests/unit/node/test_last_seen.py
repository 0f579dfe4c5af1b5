"""What is kept in memory of who was heard."""

from ocn.node.client_info.last_seen import LastSeen
from ocn.node.storage.memory_client_info import MemoryClientInfoStore


async def test_platforms_that_are_gone_are_neither_kept_nor_stored_again() -> None:
    store = MemoryClientInfoStore()
    last_seen = LastSeen(store, lambda: 1_700_000_000_000)
    for platform_id in ("stays", "gone"):
        last_seen.note(platform_id)
        assert last_seen.may_try(platform_id)
    last_seen.keep({"stays"})
    await last_seen.flush()
    assert [seen.platform_id for seen in await store.seen()] == ["stays"]
    assert last_seen.heard_at("stays") is not None
    assert last_seen.heard_at("gone") is None
