import asyncio

from tests.integration.node_object_store.conftest import EMSP, FakeClock, put

from ocn.node.object_store.noting import Notes
from ocn.node.storage import MemoryObjectStore


async def test_note_is_stored_by_the_task_that_runs() -> None:
    store = MemoryObjectStore(FakeClock())
    notes = Notes(store)
    task = asyncio.create_task(notes.run())
    notes.note(put("A", audience=EMSP))
    while not await store.last_number():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await store.last_number() == 1


async def test_note_that_waits_when_the_task_is_cancelled_is_stored_before_its_end() -> None:
    store = MemoryObjectStore(FakeClock())
    notes = Notes(store)
    task = asyncio.create_task(notes.run())
    await asyncio.sleep(0)
    notes.note(put("A", audience=EMSP))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await store.last_number() == 1


async def test_note_beyond_the_bound_is_dropped_and_counted() -> None:
    notes = Notes(MemoryObjectStore(FakeClock()), most_waiting=2)
    assert [notes.note(put(name)) for name in "ABC"] == [True, True, False]
    assert notes.dropped == 1


async def test_notes_are_bounded_in_bytes_and_taken_again_when_there_is_room() -> None:
    size = len(put("A").body)
    notes = Notes(MemoryObjectStore(FakeClock()), most_bytes=2 * size)
    assert [notes.note(put(name)) for name in "ABC"] == [True, True, False]
    await notes.empty()
    assert notes.note(put("C"))
