"""Parties of the party kit at the nodes of a real network, and the permissions that a planner asks for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from tests.acceptance.node.conftest import Operated, operated, until
from tests.unit.smart_charging_service.conftest import ChargePoints

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.timestamps import format_datetime
from ocn.party import MemoryStorage, Party, PartyRole, StoredReceiver, StoredSender
from ocn.registry.calls import create_agreement, revoke_agreement, set_service
from ocn.registry.listings import Permission
from ocn.signing.keys import PrivateKey

PLANNERS = PartyId("DE", "SPL"), PartyId("DE", "KPL"), PartyId("DE", "BPL")
"""Hired in these tests: they may read sessions of all eMSPs."""
ASKED_FOR = tuple(
    int(permission)
    for permission in (
        Permission.FORWARD_MODULE_LOCATIONS_RECEIVER,
        Permission.FORWARD_MODULE_SESSIONS_SENDER,
        Permission.FORWARD_MODULE_SESSIONS_RECEIVER,
        Permission.FORWARD_MODULE_CDRS_RECEIVER,
        Permission.FORWARD_MODULE_TARIFFS_RECEIVER,
    )
)
TARIFF: dict[str, Any] = {
    "country_code": "DE",
    "id": "T1",
    "currency": "EUR",
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": Decimal("0.25"), "step_size": 1}]},
        {"price_components": [{"type": "PARKING_TIME", "price": Decimal(6), "step_size": 1}]},
    ],
    "last_updated": "2026-01-01T00:00:00Z",
}


@dataclass
class Joined:
    """A party with the ready-made handlers, and the charge points of a CPO."""

    id: PartyId
    key: PrivateKey
    party: Party
    storage: MemoryStorage
    points: ChargePoints

    def session(self, name: str, evse: str, emsp: PartyId, **members: Any) -> dict[str, Any]:
        now = format_datetime(datetime.now(UTC))
        token = {"country_code": emsp.country_code, "party_id": emsp.party_id, "uid": "CARD", "type": "RFID"}
        return {
            "country_code": self.id.country_code,
            "party_id": self.id.party_id,
            "id": name,
            "start_date_time": now,
            "kwh": 0,
            "cdr_token": token | {"contract_id": "NL-MSP-C"},
            "auth_method": "WHITELIST",
            "location_id": "LOC1",
            "evse_uid": evse,
            "connector_id": "1",
            "currency": "EUR",
            "status": "ACTIVE",
            "last_updated": now,
        } | members

    async def keeps(self, session: dict[str, Any]) -> None:
        await self.storage.put("sessions", self.id, session["id"], session)

    async def pushes(self, session: dict[str, Any], to: PartyId) -> None:
        await self.keeps(session)
        await self.party.client.to(to).put_session(session)  # type: ignore[arg-type]  # plain JSON


Join = Callable[..., Awaitable[Joined]]


@pytest.fixture(scope="module")
def numbers() -> list[int]:
    return []


@pytest_asyncio.fixture(loop_scope="module")
async def join(operated: Operated) -> AsyncIterator[Join]:
    """Lists a party under a node and lets it register."""
    async with AsyncExitStack() as stack:

        async def joining(
            node: int,
            name: str,
            role: Role,
            *,
            handlers: Any = None,
            modules: Any = None,
            storage: MemoryStorage | None = None,
            key: PrivateKey | None = None,
        ) -> Joined:
            network, party_id = operated.network, PartyId.parse(name)
            key, storage, points = key or PrivateKey.generate(), storage or MemoryStorage(), ChargePoints()
            await network.list_party(party_id, (role,), key, network.nodes[node])
            usual = [StoredSender(storage, readers=PLANNERS), StoredReceiver(storage)]
            party = Party(
                roles=[PartyRole.of(name, role)],
                node_url=network.nodes[node].url,
                token_a=await network.invite(party_id, network.nodes[node]),
                handlers=handlers or ([points, *usual] if role is Role.CPO else usual),
                modules=modules,
                storage=storage,
                key=key,
                signatories=network.signatories,
            )
            await stack.enter_async_context(party)
            return Joined(party_id, key, party, storage, points)

        yield joining


async def offers(operated: Operated, planner: PrivateKey) -> None:
    await operated.network._change(set_service("Planner", "https://planner.example", ASKED_FOR), planner)


async def agrees(operated: Operated, planner: PrivateKey, *parties: Joined) -> None:
    for each in parties:
        await operated.network._change(create_agreement(planner.address), each.key)
    await operated.seen()


async def revokes(operated: Operated, planner: PrivateKey, party: Joined) -> None:
    await operated.network._change(revoke_agreement(planner.address), party.key)
    await operated.seen()


def in_hours(hours: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=hours))


__all__ = ["Joined", "Operated", "agrees", "in_hours", "offers", "operated", "revokes", "until"]
