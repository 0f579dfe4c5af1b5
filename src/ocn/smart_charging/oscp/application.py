"""The ASGI app that a Capacity Provider posts to."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ocn.errors import OcnError
from ocn.smart_charging.http_body import BodyRefused, read_body
from ocn.smart_charging.oscp.forecast import Block, ForecastKind, read_forecast, read_heartbeat
from ocn.smart_charging.service.heard.grid_events import GridEvent

BASE = "/fp/2.0"
_MOST_BYTES, _MOST_S = 300_000, 10.0
_SCHEME = "Token "
_SOURCE = "grid operator"
_KILO = 1000


class GridOperator(Protocol):
    """Who is told what the grid operator says."""

    @property
    def groups(self) -> Mapping[str, str]:
        """Sites by the groups of OSCP that they are."""
        ...

    def voltage(self, site_name: str) -> Decimal:
        """Return the voltage of a site, from a phase to neutral."""
        ...

    async def forecast(self, site_name: str, events: Sequence[GridEvent], *, is_fallback: bool) -> None:
        """Take the whole forecast of a kind.

        Raises:
            OcnError: it cannot be meant.
        """
        ...

    def is_there(self, until: datetime | None) -> None:
        """Take a sign of life, for all sites that are groups: heard of until then, by its word."""
        ...


def oscp_app(operator: GridOperator, token: str) -> ASGIApp:
    """Make the app; whoever has the token may lower the limits of all sites that are groups.

    Raises:
        ValueError: the token is empty.
    """
    if not token:
        raise ValueError("an empty token would let everybody in")
    handlers = _Handlers(operator, token)
    return Starlette(
        routes=[
            Route(f"{BASE}/update_group_capacity_forecast", handlers.forecast, methods=["POST"]),
            Route(f"{BASE}/heartbeat", handlers.heartbeat, methods=["POST"]),
        ]
    )


class _Handlers:
    def __init__(self, operator: GridOperator, token: str) -> None:
        self._operator = operator
        self._token = token

    async def forecast(self, request: Request) -> Response:
        if not self._may(request):
            return _refused(401, "this token is not known here")
        try:
            told = read_forecast(await read_body(request, _MOST_BYTES, _MOST_S))
            site = self._operator.groups.get(told.group)
            if site is None:
                return _refused(404, "no site here is this group")
            if told.kind in (ForecastKind.CONSUMPTION, ForecastKind.FALLBACK_CONSUMPTION):
                voltage = self._operator.voltage(site)
                events = [_event(block, voltage) for block in told.blocks]
                is_fallback = told.kind is ForecastKind.FALLBACK_CONSUMPTION
                await self._operator.forecast(site, events, is_fallback=is_fallback)
        except BodyRefused as error:
            return _refused(error.status, error.message)
        except OcnError as error:
            return _refused(400, error.message)
        return Response(status_code=204)

    async def heartbeat(self, request: Request) -> Response:
        if not self._may(request):
            return _refused(401, "this token is not known here")
        try:
            self._operator.is_there(read_heartbeat(await read_body(request, _MOST_BYTES, _MOST_S)))
        except BodyRefused as error:
            return _refused(error.status, error.message)
        except OcnError as error:
            return _refused(400, error.message)
        return Response(status_code=204)

    def _may(self, request: Request) -> bool:
        told = request.headers.get("authorization", "")
        return told.startswith(_SCHEME) and secrets.compare_digest(
            told.removeprefix(_SCHEME).encode(), self._token.encode()
        )


def _event(block: Block, voltage: Decimal) -> GridEvent:
    amps = block.amps if block.kw_of_phase is None else block.kw_of_phase * _KILO / voltage
    return GridEvent(block.begin, block.until, kw=block.kw, amps=amps, source=_SOURCE)


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"message": message[:500]}, status)
