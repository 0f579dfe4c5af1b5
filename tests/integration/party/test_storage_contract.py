"""One contract for every PartyStorage."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocn.errors import ConfigurationError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.registration import CredentialsRole
from ocn.ocpi.timestamps import parse_datetime
from ocn.ocpi.versions import VersionNumber
from ocn.party.lists import ListQuery
from ocn.party.storage.port import MemoryStorage, PartyStorage
from ocn.party.storage.registration import OutgoingToken, Registration, token_hash
from ocn.party.storage.sqlite import SqliteStorage

OWNER, OTHER = PartyId("DE", "CPO"), PartyId("NL", "CPX")
REGISTRATION = Registration(
    version=VersionNumber.V2_2_1,
    versions_url="https://node.test/ocpi/versions",
    own_versions_url="https://party.test/ocpi/versions",
    their_token=OutgoingToken("token-c", base64_encoded=True),
    our_token_hash=token_hash("token-b"),
    endpoints={("locations", InterfaceRole.SENDER): "https://node.test/l"},
    roles=(CredentialsRole("HUB", "OCN", "CH", {"name": "node"}),),
)


@pytest.fixture(params=["memory", "sqlite", "sqlite sealed"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PartyStorage]:
    make: dict[str, Callable[[], PartyStorage]] = {
        "memory": MemoryStorage,
        "sqlite": lambda: SqliteStorage(tmp_path / "party.sqlite"),
        "sqlite sealed": lambda: SqliteStorage(tmp_path / "party.sqlite", secret=b"s" * 32),
    }
    made = make[request.param]()
    yield made
    await made.close()


async def test_registration_is_kept_and_forgotten(storage: PartyStorage) -> None:
    assert await storage.load_registration() is None
    await storage.save_registration(REGISTRATION)
    await storage.save_registration(REGISTRATION)
    await storage.close()
    assert await storage.load_registration() == REGISTRATION
    await storage.forget_registration()
    assert await storage.load_registration() is None


async def test_object_comes_back_with_every_digit_and_without_sharing(storage: PartyStorage) -> None:
    value: dict[str, Any] = {
        "id": "A",
        "price": Decimal("1.500"),
        "big": 10**25,
        "nested": {"unknown": [None, "ä"]},
    }
    assert await storage.put("tariffs", OWNER, "A", value)
    value["nested"]["unknown"].append("later")
    found = await storage.get("tariffs", OWNER, "A")
    assert found is not None
    assert str(found["price"]) == "1.500"
    assert found["big"] == 10**25
    assert found["nested"] == {"unknown": [None, "ä"]}


async def test_ids_are_compared_without_case_and_owners_kept_apart(storage: PartyStorage) -> None:
    assert await storage.put("tariffs", OWNER, "Abc", {"n": 1})
    assert not await storage.put("tariffs", PartyId("de", "cpo"), "aBC", {"n": 2})
    assert await storage.put("tariffs", OTHER, "Abc", {"n": 3})
    assert await storage.put("cdrs", OWNER, "Abc", {"n": 4})
    assert await storage.get("tariffs", OWNER, "ABC") == {"n": 2}
    assert await storage.remove("tariffs", OWNER, "abc")
    assert not await storage.remove("tariffs", OWNER, "abc")
    assert await storage.get("tariffs", OTHER, "abc") == {"n": 3}
    assert await storage.get("cdrs", OWNER, "abc") == {"n": 4}


async def test_pages_keep_the_order_of_first_storing(storage: PartyStorage) -> None:
    for number in range(7):
        await storage.put("tariffs", OWNER, str(number), {"id": str(number)})
    await storage.put("tariffs", OWNER, "2", {"id": "2", "changed": True})
    await storage.put("tariffs", OTHER, "x", {"id": "x"})
    page = await storage.page("tariffs", OWNER, ListQuery(offset=1, limit=3))
    assert ([item["id"] for item in page.items], page.total) == (["1", "2", "3"], 7)
    everybody = await storage.page("tariffs", None, ListQuery())
    assert (len(everybody.items), everybody.total) == (8, 8)
    assert (await storage.page("tariffs", OWNER, ListQuery(offset=99))).items == []


async def test_pages_select_by_date_from_inclusive_to_exclusive(storage: PartyStorage) -> None:
    for stamp in ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00.500Z", "2026-01-03T00:00:00"):
        await storage.put("sessions", OWNER, stamp, {"id": stamp, "last_updated": stamp})
    await storage.put("sessions", OWNER, "undated", {"id": "undated"})
    query = ListQuery(
        date_from=parse_datetime("2026-01-02T00:00:00.5Z"), date_to=parse_datetime("2026-01-03T00:00:00Z")
    )
    page = await storage.page("sessions", OWNER, query)
    assert [item["id"] for item in page.items] == ["2026-01-02T00:00:00.500Z", "undated"]


async def test_sealed_token_is_not_in_the_file_and_needs_its_secret(tmp_path: Path) -> None:
    path = tmp_path / "party.sqlite"
    sealed = SqliteStorage(path, secret=b"s" * 32)
    await sealed.save_registration(REGISTRATION)
    await sealed.close()
    assert b"token-c" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    for other in (SqliteStorage(path), SqliteStorage(path, secret=b"t" * 32)):
        with pytest.raises(ConfigurationError, match="secret"):
            await other.load_registration()
        await other.close()


async def test_sqlite_refuses_what_is_no_storage(tmp_path: Path) -> None:
    path = tmp_path / "party.sqlite"
    path.write_text("something else entirely, and long enough to be no empty database" * 100)
    with pytest.raises(ConfigurationError, match="no storage"):
        await SqliteStorage(path).load_registration()


async def test_sqlite_cancelled_while_it_opens_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    for turns in range(40):  # of the event loop, so that every step of opening is cut short once
        storage = SqliteStorage(tmp_path / f"{turns}.sqlite")
        opening = asyncio.create_task(storage.load_registration())
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        with suppress(asyncio.CancelledError):
            await opening
        await storage.close()
    left = set(threading.enumerate()) - before
    for thread in left:
        await asyncio.to_thread(thread.join, 1)
    assert not [thread for thread in left if thread.is_alive()]
