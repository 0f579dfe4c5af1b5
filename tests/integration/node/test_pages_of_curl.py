"""The blocks of ``curl`` on the pages, run as printed at a node: no call is refused by it."""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.pages import texts

from ocn.ocpi.party_id import PartyId
from ocn.signing.keys import PrivateKey

if TYPE_CHECKING:
    from tests.integration.node.conftest import World
else:
    World = object

PAGES = ["reference/http.md", "how-to/connect-another-version.md"]
STRICT = 'curl() { command curl --fail-with-body --show-error "$@" && echo; }'
"""A refusal of HTTP ends the shell; that of OCPI is looked for in what is printed."""
pytestmark = [
    pytest.mark.skipif(shutil.which("bash") is None, reason="no bash"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl"),
]


def script(page: str) -> str:
    """All blocks of a page but those that speak to a node somewhere else, as one text."""
    return "\n".join(text for text in texts(page, "sh") if "curl" in text or re.match(r"[A-Z]+=", text))


@pytest.mark.parametrize("page", PAGES)
async def test_every_block_of_the_page_is_answered(page: str, world: World, tmp_path: Path) -> None:
    node = await world.node()
    await world.party(node, "NL", "CPX")
    cpx, *_ = await node.store.platforms()
    msp = await world.party(node, "DE", "MSP")
    for invited in ("DE ABC", "FR OLD"):
        world.list(PartyId.parse(invited), PrivateKey.generate(), node.key.address, node.url)
    (tmp_path / "admin-key").write_text(node.admin_key, "utf-8")
    shell = await asyncio.create_subprocess_exec(
        "bash",
        "-euo",
        "pipefail",
        "-c",
        f"{STRICT}\n{script(page)}",
        cwd=tmp_path,
        env={
            **os.environ,
            "NODE": node.url,
            "ADMIN_KEY": node.admin_key,
            "TOKEN_C": msp.token,
            "ID": cpx.id,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await shell.communicate()
    assert shell.returncode == 0, printed.decode()
    codes = [int(code) for code in re.findall(r'"status_code": ?(\d+)', printed.decode())]
    assert set(codes) <= {1000}, printed.decode()
