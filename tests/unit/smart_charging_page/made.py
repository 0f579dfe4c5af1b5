"""Views as a service would give them, made up, and a way to ask the app without a socket."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

from ocn.smart_charging.service.view import CarState, CarView, SiteView, Source

NOW = datetime(2026, 11, 28, 13, 47, tzinfo=UTC)
SLOTS = 96
"""Twelve hours back, twelve ahead."""


def made_car(name: str = "5381cb", **changed: Any) -> CarView:
    """A car that charged 7 kW from slot 40 until now, and goes on at 5 kW until slot 60."""
    car = CarView(
        name=name,
        evse="EVSE-1",
        arrived=NOW - timedelta(hours=2),
        departure=NOW + timedelta(hours=3),
        departure_from=Source.DRIVER,
        need_kwh=20.0,
        need_from=Source.DRIVER,
        delivered_kwh=14.0,
        now_kw=7.0,
        confirmed_kw=7.4,
        state=CarState.CONTROLLED,
        why=f"{name}: needs 6.0 kWh by Sat 17:47 (declared); charges at 5.0 kW now: all it can take",
        planned_kw=tuple(
            7.4 if 40 <= slot < 48 else 5.0 if 48 <= slot < 60 else 0.0 for slot in range(SLOTS)
        ),
        measured_kw=tuple(7.0 if 40 <= slot < 48 else 0.0 if slot < 48 else None for slot in range(SLOTS)),
    )
    return replace(car, **changed)


def made_view(*cars: CarView, **changed: Any) -> SiteView:
    """A site with a limit that falls from 66 to 33 kW for some hours ahead."""
    now = changed.get("now", NOW)
    measured = [
        sum((car.measured_kw[slot] or 0.0) for car in cars if car.measured_kw) if slot < 48 else None
        for slot in range(SLOTS)
    ]
    view = SiteView(
        site="Nordhafen",
        zone="Europe/Berlin",
        now=now,
        slot_minutes=15,
        begin=now.replace(minute=now.minute // 15 * 15, second=0) - timedelta(hours=12),
        limit_kw=tuple(33.0 if 54 <= slot < 66 else 66.0 for slot in range(SLOTS)),
        measured_kw=tuple(measured),
        price_eur_per_kwh=tuple(0.10 + 0.05 * (slot // 4 % 3) for slot in range(SLOTS)),
        cars=cars,
        method="linear-programme",
        last_read=now - timedelta(minutes=2),
        last_plan=now - timedelta(minutes=1),
    )
    return replace(view, **changed)


@dataclass
class MadeViews:
    """The port of the page, from values."""

    sites: Sequence[SiteView]

    def names(self) -> list[str]:
        return [view.site for view in self.sites]

    def view(self, site_name: str) -> SiteView:
        return next(view for view in self.sites if view.site == site_name)

    def plan(self, site_name: str) -> dict[str, object] | None:
        return None if self.view(site_name).last_plan is None else {"format": "a plan", "of": site_name}


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Asking:
    """Asks an app as a browser on this machine would."""

    headers: dict[str, str] = field(default_factory=lambda: {"host": "127.0.0.1:8080"})
    sent: list[MutableMapping[str, Any]] = field(default_factory=list)
    """What the app sent last."""

    async def __call__(
        self,
        app: ASGIApp,
        path: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        raw, _, query = path.partition("?")
        told = self.headers | dict(headers or {})
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(raw),
            "raw_path": raw.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "server": ("127.0.0.1", 8080),
            "client": ("127.0.0.1", 5),
        }
        self.sent = sent = list[MutableMapping[str, Any]]()

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        head = sent[0]
        answered = {name.decode(): value.decode() for name, value in head["headers"]}
        text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
        return Answered(head["status"], answered, text)
