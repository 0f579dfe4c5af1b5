"""A CPO and an eMSP in one process, each the other's node, and a raw client that says what it likes."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import PREFERRED_VERSIONS, VersionNumber
from ocn.party import Exchange, MemoryStorage, Party, PartyRole, StoredReceiver, StoredSender
from ocn.party.in_process import InProcessNetwork
from ocn.party.sending.transport import RawAnswer

CPO_URL, EMSP_URL = "http://cpo.test", "http://emsp.test"


@dataclass
class Pair:
    cpo: Party
    emsp: Party
    network: InProcessNetwork
    exchanges: list[Exchange]
    cpo_id: PartyId = field(default_factory=lambda: PartyId("DE", "CPO"))
    emsp_id: PartyId = field(default_factory=lambda: PartyId("NL", "MSP"))

    async def raw(self, method: str, path: str, body: bytes = b"", **headers: str | None) -> RawAnswer:
        """Send to the CPO as the eMSP would, with headers overwritten, or left out by None."""
        registration = self.emsp.client.registration
        usual: dict[str, str | None] = {
            "authorization": registration.their_token.header,
            "x-request-id": "request-1",
            "x-correlation-id": "correlation-1",
            "ocpi-from-country-code": "NL",
            "ocpi-from-party-id": "MSP",
            "ocpi-to-country-code": "DE",
            "ocpi-to-party-id": "CPO",
        }
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in usual.items() if value is not None}
        return await self.network.send(method, CPO_URL + path, sent, body, timeout_s=5)


class MakePair(Protocol):
    def __call__(
        self,
        cpo_handlers: list[object] | None = None,
        emsp_handlers: list[object] | None = None,
        *,
        cpo: dict[str, Any] | None = None,
        emsp: dict[str, Any] | None = None,
        versions: tuple[VersionNumber, ...] = PREFERRED_VERSIONS,
    ) -> Awaitable[Pair]: ...


@pytest.fixture
async def make_pair() -> AsyncIterator[MakePair]:
    async with AsyncExitStack() as stack:

        async def make(
            cpo_handlers: list[object] | None = None,
            emsp_handlers: list[object] | None = None,
            *,
            cpo: dict[str, Any] | None = None,
            emsp: dict[str, Any] | None = None,
            versions: tuple[VersionNumber, ...] = PREFERRED_VERSIONS,
        ) -> Pair:
            network, exchanges = InProcessNetwork(chunk=7), list[Exchange]()
            cpo_storage, emsp_storage = MemoryStorage(), MemoryStorage()
            common: dict[str, Any] = {"serve": False, "transport": network, "watch": exchanges.append}
            cpo_party = Party(
                roles=[PartyRole.of("DE CPO", "CPO")],
                node_url=EMSP_URL,
                public_url=CPO_URL,
                storage=cpo_storage,
                handlers=[*(cpo_handlers or []), StoredSender(cpo_storage), StoredReceiver(cpo_storage)],
                **(common | (cpo or {})),
            )
            network.add(CPO_URL, cpo_party)
            await cpo_party.open()
            stack.push_async_callback(cpo_party.close)
            emsp_party = Party(
                node_url=CPO_URL,
                public_url=EMSP_URL,
                storage=emsp_storage,
                token_a=cpo_party.invite(),
                handlers=[*(emsp_handlers or []), StoredReceiver(emsp_storage), StoredSender(emsp_storage)],
                versions=versions,
                **(common | {"roles": [PartyRole.of("NL MSP", "EMSP")]} | (emsp or {})),
            )
            network.add(EMSP_URL, emsp_party)
            await stack.enter_async_context(emsp_party)
            return Pair(cpo_party, emsp_party, network, exchanges)

        yield make
