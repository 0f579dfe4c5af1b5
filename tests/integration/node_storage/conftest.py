"""Every kind of store, and values to put into one."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ocn.conversion import Allowance, Choice, Policy, Strictness
from ocn.node.model import Invitation, Link, LinkKind, Platform, PlatformRole, SignatureDemand
from ocn.node.ports import LinkStore, PlatformStore
from ocn.node.storage import (
    AesGcmSealing,
    Database,
    MemoryLinkStore,
    MemoryPlatformStore,
    SqlLinkStore,
    SqlPlatformStore,
    open_database,
)
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.ocpi.versions import VersionNumber

NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)
SECRET = bytes(range(32))


def hash_of_a_token() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def new_platform() -> Callable[..., Platform]:
    def make(
        platform_id: str, *parties: str, their_token: str = "b" * 64, roles: tuple[Role, ...] = (Role.CPO,)
    ) -> Platform:
        return Platform(
            id=platform_id,
            version=VersionNumber.V2_2_1,
            versions_url="https://cpo.example/versions",
            their_token=their_token,
            our_token_hash=hash_of_a_token(),
            roles=tuple(
                PlatformRole(PartyId.parse(party), role, b'{"name":"\xc3\x9cber \\u20ac"}')
                for party in parties
                for role in roles
            ),
            endpoints={
                ("locations", InterfaceRole.SENDER): "https://cpo.example/ocpi/2.2.1/locations",
                ("commands", InterfaceRole.RECEIVER): "https://cpo.example/ocpi/2.2.1/commands",
                ("my-Module", InterfaceRole.SENDER): "https://cpo.example/custom",
            },
            sends_base64=True,
            requires_signatures=True,
            status=ConnectionStatus.PLANNED,
            signature_demand=SignatureDemand.STRICT,
            signs_strictly=True,
            proved={PartyId.parse(party): NOON for party in parties},
            conversion=Policy(Choice.ASK, (Allowance.parse("cdr:/tariffs/*"), Allowance.parse("tariff:"))),
            strictness=Strictness(closed_enums=True, no_fractions=True),
            registered_at=NOON,
            updated_at=NOON + timedelta(microseconds=1),
        )

    return make


@pytest.fixture
def new_invitation() -> Callable[..., Invitation]:
    def make(
        invitation_id: str, *parties: str, expires_at: datetime = NOON + timedelta(days=30)
    ) -> Invitation:
        codes = frozenset(map(PartyId.parse, parties))
        roles = dict.fromkeys(list(codes)[:1], Role.EMSP)
        return Invitation(invitation_id, hash_of_a_token(), codes, NOON, expires_at, roles)

    return make


@pytest.fixture
def new_link() -> Callable[..., Link]:
    def make(
        link_id: str, target: str = "https://x.example/1", expires_at: datetime = NOON + timedelta(hours=1)
    ) -> Link:
        holder, owner = PartyId("DE", "MSP"), PartyId("nl", "cPx")
        return Link(link_id, LinkKind.CALLBACK, "commands", holder, owner, target, expires_at)

    return make


@pytest.fixture
def sealing() -> AesGcmSealing:
    return AesGcmSealing(SECRET)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'node.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgresql_database")
    return make()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of either kind with our tables."""
    async with open_database(database_url) as opened:
        await opened.upgrade()
        yield opened


_KINDS = ["memory", "sqlite-memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=_KINDS)
async def stores(
    request: pytest.FixtureRequest,
    new_database: Callable[[str, object], Awaitable[str]],
    sealing: AesGcmSealing,
) -> AsyncIterator[tuple[PlatformStore, LinkStore]]:
    """Both stores of every kind: what the contract tests run on."""
    if request.param == "memory":
        yield MemoryPlatformStore(), MemoryLinkStore()
        return
    in_memory = request.param == "sqlite-memory"
    url = "sqlite:///:memory:" if in_memory else await new_database(request.param, open_database)
    async with open_database(url) as opened:
        if in_memory:
            await opened.upgrade()
        yield SqlPlatformStore(opened, sealing), SqlLinkStore(opened)


@pytest.fixture
def platform_store(stores: tuple[PlatformStore, LinkStore]) -> PlatformStore:
    return stores[0]


@pytest.fixture
def link_store(stores: tuple[PlatformStore, LinkStore]) -> LinkStore:
    return stores[1]
