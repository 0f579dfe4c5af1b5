"""Serving the page on a socket of its own."""

import socket

from ocn.party.serving import Serving
from ocn.smart_charging.page.application import GridEvents, PageSettings, Views, page_app


class PageServing:
    """The page, at a socket that was bound (``ocn.party.serving.bind``); start, then stop."""

    def __init__(
        self,
        views: Views,
        bound: socket.socket,
        settings: PageSettings | None = None,
        events: GridEvents | None = None,
    ) -> None:
        host, port = bound.getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        settings = settings or PageSettings()
        own = PageSettings(settings.hosts | {name}, settings.refresh_s)
        self.url = f"http://{name}:{port}"
        self._serving = Serving(page_app(views, own, events), bound)

    async def start(self) -> None:
        """Return once connections are accepted."""
        await self._serving.start()

    async def stop(self) -> None:
        """Finish what is being answered, then close."""
        await self._serving.stop()
