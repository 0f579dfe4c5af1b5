"""Take a broadcast in, answer at once, and pass it to everyone it concerns (HUB-20 to HUB-28)."""

from collections.abc import Callable
from functools import partial
from typing import Protocol
from urllib.parse import unquote

import msgspec
import structlog

from ocn.node.delivery import Delivery
from ocn.node.forwarding.acceptance import is_accepted
from ocn.node.forwarding.lanes import Lanes
from ocn.node.forwarding.legs import Legs
from ocn.node.forwarding.own_answer import OwnAnswer
from ocn.node.forwarding.reports import BroadcastReport, BroadcastReports
from ocn.node.node_headers import new_message_id
from ocn.node.ports import Clock
from ocn.node.stages import Delivered, Everyone, Permitted, Routed
from ocn.ocpi.envelope import encode_envelope, read_status_code
from ocn.ocpi.errors import OcpiError

_log = structlog.get_logger("ocn.node.forwarding")


class PushStore(Protocol):
    """What the hub keeps of broadcasts, for GET ALL."""

    async def keep(self, permitted: Permitted, /) -> None:
        """Store a push; durable when this returns."""
        ...


class Broadcasts:
    """Fans out. Receivers that fail are reported to the operator and to nobody else."""

    def __init__(
        self,
        *,
        one: Delivery,
        legs: Legs,
        lanes: Lanes,
        store: PushStore,
        reports: BroadcastReports,
        clock: Clock,
    ) -> None:
        self._one = one
        self._legs = legs
        self._lanes = lanes
        self._store = store
        self._reports = reports
        self._clock = clock

    async def accept(self, routed: Routed, everyone: Everyone) -> Delivered:
        """Keep the push for GET ALL, hand it to the lanes, and answer without waiting for receivers.

        Raises:
            OcpiError: it cannot be kept; then nobody gets it.
        """
        await self._store.keep(routed.permitted)
        parties, nodes = len(everyone.parties), len(everyone.nodes)
        report = self._report(routed, parties + nodes)
        self._reports.add(report)
        subject, size = _subject(routed.received.address.path), len(routed.received.body)
        for party, target in everyone.parties:
            leg = partial(self._legs.to_party, routed.permitted, party, target)
            self._queue(report, (target.platform.id, party), subject, str(party), leg, size)
        for node in everyone.nodes:
            leg = partial(self._legs.to_node, routed.permitted, node)
            self._queue(report, node.address, subject, f"node {node.url}", leg, size)
        to_parties = f"{parties} part{'y' if parties == 1 else 'ies'}"
        said = f"accepted for {to_parties} and {nodes} node{'' if nodes == 1 else 's'}"
        body = encode_envelope(msgspec.UNSET, now=self._clock.now(), status_message=said)
        return Delivered(routed, OwnAnswer(200, (), body))

    def _report(self, routed: Routed, receivers: int) -> BroadcastReport:
        received = routed.received
        return BroadcastReport(
            id=new_message_id(),
            at=self._clock.now(),
            sender=routed.sender,
            method=received.method,
            module=received.address.module,
            path=received.address.path,
            receivers=receivers,
        )

    def _queue(
        self,
        report: BroadcastReport,
        receiver: object,
        subject: tuple[str, ...],
        name: str,
        leg: Callable[[], Routed],
        size: int,
    ) -> None:
        if not self._lanes.put(
            receiver, subject, partial(self._send, report, name, leg), size=size, source=report.sender
        ):
            report.missed(name, "too much is waiting for it already")

    async def _send(self, report: BroadcastReport, name: str, leg: Callable[[], Routed]) -> None:
        try:
            answer = (await self._one.deliver(leg())).answer
        except OcpiError as error:
            report.missed(name, error.message)
            return
        except Exception as error:  # noqa: BLE001  # a lane must go on whatever one receiver brought about
            _log.error("broadcast_leg_failed", receiver=name, exc_info=error)
            report.missed(name, "the node failed")
            return
        if is_accepted(answer):
            report.succeeded()
        else:
            status = read_status_code(answer.body)
            report.missed(name, f"HTTP {answer.status}, OCPI {status or 'no envelope'}")


def _subject(path: str) -> tuple[str, ...]:
    """Return the object that a push is about, a part of it or the whole, however its address is spelled."""
    owner_and_id = path.strip("/").split("/")[:3]
    return tuple(unquote(part).casefold() for part in owner_and_id)
