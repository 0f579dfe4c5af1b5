"""The ASGI app: the list of sites, a page and a JSON document for each, and the form where it is allowed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ocn.errors import OcnError
from ocn.smart_charging.page.grid_form import MOST_KW, MOST_MINUTES, FormRefused, GridForm
from ocn.smart_charging.page.guarded import LOOPBACK_HOSTS, Guarded
from ocn.smart_charging.page.site_list import site_cards
from ocn.smart_charging.page.site_page import address_of, site_page
from ocn.smart_charging.page.writing import Writing
from ocn.smart_charging.service.view import SiteView

_FOR_EVER = "public, max-age=31536000, immutable"
_JSON = ".json"
_PLAN = ".plan.json"
_MOST_CAR = 10**6


class Views(Protocol):
    """What is shown. All are called on the event loop and return at once."""

    def names(self) -> Sequence[str]:
        """Return the names of all sites, in the order in which they are listed."""
        ...

    def view(self, site_name: str) -> SiteView:
        """Return a site as it is now."""
        ...

    def plan(self, site_name: str) -> Mapping[str, object] | None:
        """Return the plan of a site as a document; None before there is one."""
        ...


class GridEvents(Protocol):
    """Takes a limit from whoever looks at the page."""

    async def limit(self, site_name: str, kw: Decimal, minutes: int) -> None:
        """Lower the limit of a site's top from now on.

        Raises:
            OcnError: it cannot be meant.
        """
        ...

    async def end_limits(self, site_name: str) -> None:
        """End what was lowered so, and nothing that others lowered."""
        ...


@dataclass(frozen=True, slots=True)
class PageSettings:
    """How the page is served."""

    hosts: frozenset[str] = frozenset()
    """Names under which it may be asked for, besides those of loopback; without ports."""
    refresh_s: int = 15
    """How often a page that is looked at is drawn anew; without scripts four times as rarely."""


def page_app(views: Views, settings: PageSettings | None = None, events: GridEvents | None = None) -> ASGIApp:
    """Make the app; without ``events`` there is no form and nothing can be changed through it.

    Raises:
        ConfigurationError: jinja2 is not installed.
    """
    settings = settings or PageSettings()
    pages = _Pages(views, settings, events)
    app = Starlette(
        routes=[
            Route("/", pages.sites),
            Route("/sites/{name:path}", pages.site, methods=["GET", "POST"]),
            *(Route(f"/{name}", pages.static) for name in pages.writing.static),
        ],
        exception_handlers={HTTPException: pages.refused, Exception: pages.refused},
    )
    return Guarded(app, LOOPBACK_HOSTS | {host.lower() for host in settings.hosts})


class _Pages:
    def __init__(self, views: Views, settings: PageSettings, events: GridEvents | None) -> None:
        self.writing = Writing()
        self._views = views
        self._settings = settings
        self._events = events
        self._form = GridForm()

    async def sites(self, _request: Request) -> Response:
        views = [self._views.view(name) for name in self._views.names()]
        return await self._html("sites.html", lambda: {"cards": site_cards(views)})

    async def site(self, request: Request) -> Response:
        name = request.path_params["name"]
        names = self._views.names()
        if name not in names and request.method != "POST":
            if name.removesuffix(_PLAN) in names:
                return _json(self._views.plan(name.removesuffix(_PLAN)))
            if name.removesuffix(_JSON) in names:
                return _json(self._views.view(name.removesuffix(_JSON)).as_json())
        if name not in names:
            raise HTTPException(404, "There is no site of that name here.")
        if request.method == "POST":
            return await self._limit(request, name)
        return await self._site(name, _first_car(request))

    async def static(self, request: Request) -> Response:
        file = self.writing.static[request.url.path.removeprefix("/")]
        return Response(file.body, media_type=file.media_type, headers={"cache-control": _FOR_EVER})

    async def refused(self, _request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        message = error.detail if isinstance(error, HTTPException) else "Something went wrong here."
        return await self._html("refused.html", lambda: {"status": status, "message": message}, status)

    async def _site(self, name: str, first: int = 0, status: int = 200, refusal: str = "") -> Response:
        view = self._views.view(name)
        form = None
        if self._events is not None:
            form = {"token": self._form.token, "most_kw": MOST_KW, "most_minutes": MOST_MINUTES}
        return await self._html(
            "site.html",
            lambda: {"page": site_page(view, first), "form": form, "refusal": refusal},
            status,
        )

    async def _limit(self, request: Request, name: str) -> Response:
        if self._events is None:
            raise HTTPException(403, "This planner was started without grid events from this page.")
        try:
            wanted = await self._form.read(request)
            if wanted is None:
                await self._events.end_limits(name)
            else:
                await self._events.limit(name, wanted.kw, wanted.minutes)
        except FormRefused as refused:
            return await self._site(name, status=refused.status, refusal=refused.message)
        except OcnError as error:
            told = f"{error.message}. {error.hint or ''}".strip()
            return await self._site(name, status=400, refusal=told)
        return RedirectResponse(address_of(name), status_code=303)

    async def _html(
        self, template: str, values: Callable[[], Mapping[str, object]], status: int = 200
    ) -> Response:
        """Draw beside the event loop, which has chargers to look after."""

        def write() -> str:
            return self.writing.page(template, refresh_s=self._settings.refresh_s, **values())

        return HTMLResponse(await asyncio.to_thread(write), status)


def _json(document: Mapping[str, object] | None) -> Response:
    if document is None:
        raise HTTPException(404, "There is no plan of that site yet.")
    # a number that is none becomes null
    return Response(msgspec.json.encode(document) + b"\n", media_type="application/json")


def _first_car(request: Request) -> int:
    text = request.query_params.get("from", "0")
    return min(int(text), _MOST_CAR) if text.isascii() and text.isdigit() and len(text) <= 7 else 0
