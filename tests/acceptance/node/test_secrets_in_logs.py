"""What a node writes at its most talkative holds no secret: not its own, nor one of its parties."""

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import pytest

from ocn.signing import request_values, sign
from ocn.signing.wire import encode

if TYPE_CHECKING:
    from tests.acceptance.node.conftest import Operated
    from tests.integration.node.conftest import Request
else:
    Operated = Request = object

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCATIONS = "/ocpi/sender/2.2.1/locations"


async def test_log_at_debug_level_holds_no_secret_and_no_line_of_others(operated: Operated) -> None:
    for name in ("node-1", "node-2"):
        await operated.restart(name, OCN_NODE_LOG__LEVEL="debug")
    msp = await operated.party(0, "DE", "SMS", register=False)
    cpo, cpx = await operated.party(0, "DE", "SCP"), await operated.party(1, "NL", "SCX")
    token_a = await msp.invited()
    secrets = {"TOKEN_A": token_a, "TOKEN_B": "very-secret-token-b", "new TOKEN_B": "another-secret-token-b"}
    assert (await msp.register("unknown-secret-token")).status == 401
    assert (await msp.register(token_a, url="http://127.0.0.1:1/versions")).code == 3001
    assert (await msp.register(token_a, token=secrets["TOKEN_B"])).code == 1000
    secrets["TOKEN_C"] = msp.token
    assert (await msp.register_again(token=secrets["new TOKEN_B"])).code == 1000
    secrets["new TOKEN_C"] = msp.token
    for file in ("key", "admin-key"):
        for number in (1, 2):
            path = operated.network.directory / f"node-{number}" / file
            secrets[f"{file} {number}"] = path.read_text().strip().removeprefix("0x")

    async def fails(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n")

    lowered = {name.lower(): value for name, value in msp.headers(cpo).items()}
    signature = encode(sign(request_values(lowered, [], None), msp.key))
    command = json.dumps(
        {"response_url": "http://127.0.0.1:1/secret-callback", "token": {"uid": "secret-uid"}}
    )
    for station in (cpo, cpx):
        for behaviour in (None, fails):
            station.backend.behave = behaviour
            await msp.call(station, "GET", f"{LOCATIONS}?secret-query=1", X_Correlation_ID="forged-line\tx")
            await msp.call(station, "GET", LOCATIONS, OCN_Signature=signature[:-8])
            await msp.call(station, "POST", "/ocpi/receiver/2.2.1/commands/START_SESSION", command.encode())
    await msp.node.raw(b"GET /%0aforged-line\r\n\x00 HTTP/1.1\r\n\r\n")

    secrets |= {"query": "secret-query", "callback": "secret-callback", "message": "secret-uid"}
    secrets |= {"unknown token": "unknown-secret-token", "forged": "forged-line"}
    for name in ("node-1", "node-2"):
        log = operated.processes[name].log.read_text(encoding="utf-8")
        assert "node_opened" in log
        for what, secret in secrets.items():
            for written in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")):
                assert written not in log, (name, what)
        assert "Traceback" not in log
