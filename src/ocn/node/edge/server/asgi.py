"""Call an ASGI application with a whole request and take its whole answer.

For what is not on the relay's way (admin, health): nothing is streamed, there is no lifespan and no client
address, and of headers given more than once the values are joined.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from ocn.node.edge.server.message import HttpRequest
from ocn.node.stages import Answer

Event = MutableMapping[str, Any]
AsgiApplication = Callable[
    [Event, Callable[[], Awaitable[Event]], Callable[[Event], Awaitable[None]]], Awaitable[None]
]

_WRITTEN_BY_SERVER = frozenset({"content-length", "connection", "transfer-encoding", "keep-alive"})


async def call_asgi(application: AsgiApplication, request: HttpRequest) -> Answer:
    """Serve one request by another application; what that raises is raised here."""
    events: list[Event] = [{"type": "http.request", "body": request.body, "more_body": False}]
    status = 500
    headers: dict[str, str] = {}
    parts: list[bytes] = []

    async def receive() -> Event:
        return events.pop() if events else {"type": "http.disconnect"}

    async def send(event: Event) -> None:
        nonlocal status
        if event["type"] == "http.response.start":
            status = event["status"]
            for raw_name, raw_value in event.get("headers", ()):
                name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
                if name not in _WRITTEN_BY_SERVER:
                    headers[name] = f"{headers[name]}, {value}" if name in headers else value
        else:
            parts.append(event.get("body", b""))

    await application(_scope(request), receive, send)
    return Answer(status, headers, b"".join(parts))


def _scope(request: HttpRequest) -> Event:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.0" if request.version_1_0 else "1.1",
        "scheme": "http",
        "method": request.method,
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()
        ],
        "client": None,
        "server": None,
    }
