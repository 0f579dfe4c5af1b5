"""``Converting`` between two parties of any versions, with a delivery that records what it is given."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ocn.conversion import Choice, Policy
from ocn.node.converting.delivery import Converting
from ocn.node.converting.reports import ConversionReports
from ocn.node.converting.signing import Signing
from ocn.node.forwarding.own_answer import OwnAnswer
from ocn.node.model import Platform, PlatformRole, SignatureDemand
from ocn.node.object_store.model import StoredObject
from ocn.node.party_signatures import PartySignatures
from ocn.node.stages import (
    Address,
    Addressed,
    Authenticated,
    Delivered,
    Door,
    LocalPlatform,
    Permitted,
    Received,
    Routed,
    Way,
)
from ocn.node.strict import SignatureDemands, StrictLinks, StrictSignatures
from ocn.ocpi.modules import Carries, InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.signing import PrivateKey, ReplayWindow
from ocn.signing.strict import Window

CPO, MSP = PartyId("DE", "CPO"), PartyId("FR", "MSP")


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


class _Directory:
    def party(self, _party: PartyId) -> None:
        return None


@dataclass
class Told:
    """A delivery that sends nothing: it keeps each request and answers as told."""

    answer: Callable[[Routed], bytes]
    requests: list[Routed] = field(default_factory=list)

    async def deliver(self, routed: Routed) -> Delivered:
        self.requests.append(routed)
        return Delivered(routed, OwnAnswer(200, (), self.answer(routed)))


@dataclass
class Memory:
    """What the node keeps, by kind and name, in 2.2.1."""

    objects: Mapping[tuple[str, str], Any]

    async def find(self, kind: str, name: str, _viewer: PartyId | None) -> list[StoredObject]:
        found = self.objects.get((kind, name))
        if found is None:
            return []
        owner = PartyId(found["country_code"], found["party_id"])
        body = json.dumps(found).encode()
        return [stored(kind, owner, name, body)]


def stored(kind: str, owner: PartyId, name: str, body: bytes) -> StoredObject:
    now = _Clock().now()
    return StoredObject(kind, owner, name, name, "", VersionNumber.V2_2_1, body, now, now, 1, 1)


@dataclass
class Relay:
    """One request from a party of one version to a party of another."""

    spoken: VersionNumber
    wanted: VersionNumber
    memory: Memory
    policy: Policy
    sent: list[Routed] = field(default_factory=list)

    async def send(
        self,
        module: str,
        role: InterfaceRole,
        method: str,
        path: tuple[str, ...],
        body: bytes,
        answer: Callable[[Routed], bytes],
        *,
        sender: PartyId = CPO,
        receiver: PartyId = MSP,
    ) -> tuple[list[Routed], Delivered]:
        one = Told(answer)
        below = "/" + "/".join(path) if path else ""
        address = Address(module, role, self.spoken, below, "", Carries.NOTHING, None)
        received = Received(Door.PARTY, method, below, address, {}, body, sender, receiver, "r", "c")
        there = _platform(self.wanted, receiver)
        authenticated = Authenticated(received, sender, _platform(self.spoken, sender), None, None)
        permitted = Permitted(Addressed(authenticated, Way.DIRECT, receiver), there)
        routed = Routed(
            permitted, LocalPlatform(there), sender, receiver, f"http://there.test{below}", body, None
        )
        self.sent = one.requests  # also of what ends in a refusal
        return one.requests, await self._converting(one).deliver(routed)

    def _converting(self, one: Told) -> Converting:
        directory: Any = _Directory()
        strict = StrictSignatures(
            directory,
            window=Window(),
            replays=ReplayWindow(max_age_ms=1, max_entries=1, max_per_node=1),
            now_ms=lambda: 0,
        )
        signing = Signing(
            demands=SignatureDemands(SignatureDemand.NONE),
            links=StrictLinks(key=PrivateKey(b"\1" * 32), now_ms=lambda: 0),
            notary=PartySignatures(directory),
            signatures=strict,
        )
        return Converting(
            one=one,
            policy=self.policy,
            known=self.memory,
            reports=ConversionReports(),
            clock=_Clock(),
            signing=signing,
        )


def _platform(version: VersionNumber, party: PartyId) -> Platform:
    role = PlatformRole(party, Role.CPO if party == CPO else Role.EMSP)
    return Platform(str(party), version, "http://x.test", "t", b"h", (role,), {}, sends_base64=False)


@pytest.fixture(scope="package")
def make_relay() -> Callable[..., Relay]:
    """Parties of any two versions; ``objects`` is what the node keeps."""

    def make(
        spoken: VersionNumber,
        wanted: VersionNumber,
        objects: Mapping[tuple[str, str], Any],
        policy: Choice = Choice.PASS,
    ) -> Relay:
        return Relay(spoken, wanted, Memory(objects), Policy(policy))

    return make
