"""The hub's memory as the ways out use it: broadcasts go in, GET ALL comes out, open routing asks."""

from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from ocn.node.delivery import Delivery
from ocn.node.forwarding.acceptance import is_accepted
from ocn.node.forwarding.own_answer import OwnAnswer
from ocn.node.links import PARTY_DOOR, endpoint_path
from ocn.node.object_store.lists import StoredLists
from ocn.node.object_store.model import SHARED_MODULES, STORED_MODULES, Outcome, Push
from ocn.node.object_store.noting import Notes
from ocn.node.object_store.port import ObjectStore
from ocn.node.object_store.reading import read_push
from ocn.node.stages import Delivered, LocalPlatform, Permitted, Routed, Way
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId

_log = structlog.get_logger("ocn.node.object_store")


class HubMemory:
    """``HubStore`` over an object store."""

    def __init__(self, *, url: str, store: ObjectStore, lists: StoredLists) -> None:
        self._url = url
        self._store = store
        self._lists = lists

    async def keep(self, permitted: Permitted) -> None:
        """Store a broadcast; durable when this returns. One beyond a bound is passed on and not kept.

        Raises:
            InvalidParameters: it does not say which object it is about.
        """
        if permitted.received.address.module not in SHARED_MODULES:
            return
        push = _push(permitted, None)
        [outcome] = await self._store.apply([push])
        if outcome in (Outcome.FULL, Outcome.MISSING):
            _log.info("push_not_kept", reason=outcome.value, module=push.module, owner=str(push.owner))

    async def answer(self, routed: Routed) -> Delivered:
        """Answer GET ALL, or a GET of one object or a part of one.

        Raises:
            InvalidParameters: what is asked cannot be, or several owners have an object of that id.
            UnknownObject: no such object.
        """
        permitted = routed.permitted
        address = permitted.received.address
        version = address.version
        if version is None:
            raise MethodNotAllowed("the hub keeps nothing of custom modules: address the owner")
        if address.path:
            answer = await self._lists.one(permitted.sender, address.module, version, address.path)
        else:
            path = endpoint_path(address.module, InterfaceRole.SENDER, version)
            answer = await self._lists.answer(
                permitted.sender,
                address.module,
                version,
                address.query,
                endpoint=f"{self._url}{PARTY_DOOR}{path}",
            )
        return Delivered(routed, OwnAnswer(answer.status, tuple(answer.headers.items()), answer.body))

    async def owners_of(self, module: str, object_id: str, asking: PartyId) -> Collection[PartyId]:
        """Return whose an object is that the asking party may know of."""
        return await self._store.owners_of(module, object_id, asking)

    async def issuers_of(self, contract_id: str, asking: PartyId) -> Collection[PartyId]:
        """Return whose tokens belong to a contract."""
        return await self._store.issuers_of(contract_id, asking)


class NotedPushes:
    """A delivery that notes what a party here has accepted, for that party alone (HUB-12, HUB-13)."""

    def __init__(self, *, one: Delivery, notes: Notes) -> None:
        self._one = one
        self._notes = notes

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Deliver; noting makes nobody wait and fails nothing. An owner's objects come from it alone."""
        return self._noted(routed) if _is_direct_push(routed) else self._one.deliver(routed)

    async def _noted(self, routed: Routed) -> Delivered:
        delivered = await self._one.deliver(routed)
        if is_accepted(delivered.answer):
            with suppress(InvalidParameters):  # it was accepted without saying which object it is about
                push = _push(routed.permitted, routed.receiver)
                if _is_own(push, routed.permitted):
                    self._notes.note(push)
        return delivered


def _push(permitted: Permitted, audience: PartyId | None) -> Push:
    received = permitted.received
    address = received.address
    if address.version is None:
        raise InvalidParameters("a custom module has no objects that are kept")
    return read_push(
        received.method,
        address.module,
        address.path,
        address.query,
        received.body,
        version=address.version,
        sender=permitted.sender,
        audience=audience,
    )


def _is_own(push: Push, permitted: Permitted) -> bool:
    """Whether the sender, or who shares a connection with it, owns the object.

    A receiver may accept what it likes; but another's share of the store is not for the sender to fill.
    """
    platform = permitted.authenticated.platform
    return push.owner in (platform.parties if platform is not None else (permitted.sender,))


def _is_direct_push(routed: Routed) -> bool:
    address = routed.received.address
    return (
        isinstance(routed.target, LocalPlatform)
        and routed.permitted.addressed.way is Way.DIRECT
        and address.interface_role is InterfaceRole.RECEIVER
        and address.module in STORED_MODULES
        and address.link_id is None
        and routed.received.method != "GET"
    )
