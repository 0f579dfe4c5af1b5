"""Every kind of object store, and pushes to put into one."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from ocn.node.object_store.model import Bounds, Push
from ocn.node.object_store.port import ObjectStore
from ocn.node.object_store.reading import read_push
from ocn.node.storage import MemoryObjectStore, SqlObjectStore, open_database
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

CPO, OTHER_CPO, EMSP, OTHER_EMSP = map(PartyId.parse, ("NL CPX", "DE CPO", "DE MSP", "FR MSP"))
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class FakeClock:
    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def later(self, **by: float) -> datetime:
        self.moment += timedelta(**by)
        return self.moment


def put(
    object_id: str,
    *,
    module: str = "locations",
    owner: PartyId = CPO,
    audience: PartyId | None = None,
    at: datetime | str = "2026-01-01T00:00:00Z",
    method: str = "PUT",
    parts: str = "",
    version: VersionNumber = VersionNumber.V2_2_1,
    **members: object,
) -> Push:
    moment = at if isinstance(at, str) else at.isoformat().replace("+00:00", "Z")
    document = {"last_updated": moment, **members}
    if method == "PUT" and not parts:
        name = "uid" if module == "tokens" else "id"
        document = {
            "country_code": owner.country_code,
            "party_id": owner.party_id,
            name: object_id,
            **document,
        }
    body = b"" if method == "DELETE" else json.dumps(document, separators=(",", ":")).encode()
    path = f"/{owner.country_code}/{owner.party_id}/{object_id}{parts}"
    return read_push(method, module, path, "", body, version=version, sender=owner, audience=audience)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


OpenStore = Callable[..., Awaitable[ObjectStore]]
_KINDS = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=_KINDS)
async def open_store(
    request: pytest.FixtureRequest, new_database: Callable[[str, object], Awaitable[str]], clock: FakeClock
) -> AsyncIterator[OpenStore]:
    async with AsyncExitStack() as stack:

        async def make(bounds: Bounds | None = None) -> ObjectStore:
            if request.param == "memory":
                return MemoryObjectStore(clock, bounds)
            url = await new_database(request.param, open_database)
            database = await stack.enter_async_context(open_database(url))
            return SqlObjectStore(database, clock, bounds)

        yield make


@pytest.fixture
async def store(open_store: OpenStore) -> ObjectStore:
    return await open_store()
