"""A headless Chromium, driven by the DevTools protocol: what a page looks like to whoever opens it."""

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_LISTENING = re.compile(rb"DevTools listening on (ws://\S+)")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


def found() -> str | None:
    """Return the program, if there is one."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@dataclass
class Tab:
    """One page, and everything that it asked for and complained of."""

    send: Any
    requested: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(
        self, width: int = 1200, height: int = 900, *, dark: bool = False, scripts: bool = True
    ) -> None:
        """Set how the page is looked at from now on."""
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", {"features": [scheme]})
        await self.send("Emulation.setScriptExecutionDisabled", {"value": not scripts})

    async def open(self, url: str) -> None:
        """Load a page to the end."""
        self.loaded.clear()
        await self.send("Page.navigate", {"url": url})
        await self.finished()

    async def finished(self) -> None:
        """Wait until what was asked for is there; clear ``loaded`` before asking."""
        await asyncio.wait_for(self.loaded.wait(), 30)

    async def value(self, expression: str) -> Any:
        """Evaluate in the page, whatever its policy; promises are awaited."""
        answer = await self.send(
            "Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True}
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def roles(self) -> list[str]:
        """Return the roles of everything that a screen reader is told of."""
        answer = await self.send("Accessibility.getFullAXTree", {})
        return [node["role"]["value"] for node in answer["nodes"] if not node["ignored"]]

    async def move_to(self, x: float, y: float) -> None:
        """Move the mouse."""
        await self.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})

    def heard(self, method: str, told: Mapping[str, Any]) -> None:
        """Note what the browser tells of the page."""
        if method == "Page.loadEventFired":
            self.loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requested.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] in {"error", "warning", "assert"}:
            self.complaints.append(str(told["args"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {told['message']}")


@asynccontextmanager
async def chromium(program: str, folder: Path) -> AsyncIterator[Tab]:
    """Start a browser with nothing in it, and open a tab."""
    process = await asyncio.create_subprocess_exec(
        program,
        *_FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            url = await _listening(process)
        host = url.split("/")[2]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{host}/json/list") as answer:
                tabs = await answer.json(content_type=None)
            page = next(tab for tab in tabs if tab["type"] == "page")
            async with (
                session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket,
                _connected(socket) as tab,
            ):
                yield tab
    finally:
        if process.returncode is None:
            process.terminate()
        assert process.stderr is not None
        await process.stderr.read()
        await process.wait()


@asynccontextmanager
async def _connected(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[Tab]:
    numbers = itertools.count(1)
    waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def send(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        number = next(numbers)
        waiting[number] = asyncio.get_running_loop().create_future()
        await socket.send_json({"id": number, "method": method, "params": dict(params)})
        try:
            return await asyncio.wait_for(waiting[number], 30)
        finally:
            del waiting[number]

    tab = Tab(send)

    async def read() -> None:
        async for message in socket:
            told = message.json()
            if "id" not in told:
                tab.heard(told["method"], told["params"])
            elif "error" in told:
                waiting[told["id"]].set_exception(OSError(told["error"]["message"]))
            else:
                waiting[told["id"]].set_result(told["result"])

    reading = asyncio.create_task(read())
    try:
        for domain in ("Page", "Runtime", "Network", "Log"):
            await send(f"{domain}.enable", {})
        yield tab
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    said = b""
    while line := await process.stderr.readline():
        said += line
        if told := _LISTENING.search(line):
            return told.group(1).decode()
    raise OSError(f"chromium did not start: {said[-500:].decode(errors='replace')}")
