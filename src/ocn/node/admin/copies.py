"""What the operator sees of copies and does to them. No body leaves here unasked, no secret ever."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ocn.node.admin.guarded import GuardedRoute
from ocn.node.copies.copy import Copy, CopyFilter, CopyState
from ocn.node.copies.parts import CopyParts
from ocn.node.ports import Clock
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.queries import number_in
from ocn.ocpi.timestamps import format_datetime

_MOST = 500
_LARGEST_ID = 2**63 - 1


class CopyPages:
    """``/admin/copies`` and below: list, show, cancel, try again, and how the queue stands."""

    def __init__(self, copies: CopyParts, clock: Clock) -> None:
        self._copies = copies
        self._clock = clock

    def routes(self) -> Iterable[GuardedRoute]:
        """Return the routes and their methods."""
        yield "/admin/copies", self._list, ["GET", "DELETE"]
        yield "/admin/copies/counts", self._counts, ["GET"]
        yield "/admin/copies/retry", self._retry, ["POST"]
        yield "/admin/copies/{id:int}", self._one, ["GET", "DELETE"]
        yield "/admin/copies/{id:int}/retry", self._retry, ["POST"]

    async def _list(self, request: Request) -> Response:
        wanted = _filter(request)
        if request.method == "DELETE":
            if wanted == CopyFilter():
                raise ClientFault("say which: service, sender or state")
            return await self._change(wanted, CopyState.CANCELLED)
        after = number_in(request.query_params, "after", 0, largest=_LARGEST_ID)
        most = min(number_in(request.query_params, "limit", 100), _MOST)
        copies = await self._copies.store.find(wanted, after=after, most=most)
        return JSONResponse([_view(copy) for copy in copies])

    async def _one(self, request: Request) -> Response:
        copy_id = request.path_params["id"]
        if request.method == "DELETE":
            return await self._change(CopyFilter(id=copy_id), CopyState.CANCELLED)
        copy = await self._copies.store.get(copy_id)
        if copy is None:
            return PlainTextResponse("no such copy\n", 404)
        shown = _view(copy)
        if request.query_params.get("body") == "true":
            shown["body"] = copy.message.body.decode(errors="replace")
        return JSONResponse(shown)

    async def _retry(self, request: Request) -> Response:
        wanted = _filter(request)
        if wanted == CopyFilter():
            raise ClientFault("say which: service, sender or state")
        return await self._change(wanted, CopyState.WAITING)

    async def _change(self, wanted: CopyFilter, to: CopyState) -> Response:
        return JSONResponse({"changed": await self._copies.store.change(wanted, to, self._clock.now())})

    async def _counts(self, _request: Request) -> Response:
        return JSONResponse(await self.counts())

    async def counts(self) -> dict[str, object]:
        """Count copies by state; the age of the oldest that waits, and what could not be stored."""
        counts = await self._copies.store.counts()
        oldest = counts.oldest_waiting
        age = None if oldest is None else (self._clock.now() - oldest).total_seconds()
        return {
            **{str(state): number for state, number in counts.by_state.items()},
            "oldest_waiting_seconds": age,
            "lost": self._copies.waking.lost,
        }


def _view(copy: Copy) -> dict[str, object]:
    message = copy.message
    return {
        "id": copy.id,
        "state": copy.state,
        "kind": message.kind,
        "service": str(message.service),
        "sender": str(message.user),
        "receiver": None if message.other is None else str(message.other),
        "method": message.method,
        "module": message.module,
        "interface_role": message.interface_role,
        "version": message.version,
        "path": message.path,
        "correlation_id": message.correlation_id,
        "attempts": copy.attempts,
        "problem": copy.problem,
        "created_at": format_datetime(message.created_at),
        "due_at": None if copy.due_at is None else format_datetime(copy.due_at),
        "settled_at": None if copy.settled_at is None else format_datetime(copy.settled_at),
    }


def _filter(request: Request) -> CopyFilter:
    asked = request.query_params
    if asked.get("state", CopyState.WAITING) not in set(CopyState):
        raise ClientFault(f"state is one of {', '.join(CopyState)}")
    try:
        return CopyFilter(
            id=request.path_params.get("id"),
            state=CopyState(asked["state"]) if "state" in asked else None,
            service=PartyId.parse(asked["service"]) if "service" in asked else None,
            user=PartyId.parse(asked["sender"]) if "sender" in asked else None,
        )
    except ValueError as error:
        raise ClientFault(str(error)) from error
