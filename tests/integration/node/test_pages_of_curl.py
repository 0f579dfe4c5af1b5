"""The blocks of ``curl`` on the pages, run as printed at a node: no call is refused by it."""

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.pages import blocks
from tests.terminal import Terminal

from ocn.ocpi.party_id import PartyId
from ocn.signing.keys import PrivateKey

if TYPE_CHECKING:
    from tests.integration.node.conftest import World
else:
    World = object

PAGES = ["reference/http.md", "how-to/connect-another-version.md", "how-to/who-may-send-to-you.md"]
STRICT = 'curl() { command curl --fail-with-body --show-error "$@" && echo; }'
"""A refusal of HTTP ends the shell; that of OCPI is looked for in what is printed."""
pytestmark = [
    pytest.mark.skipif(shutil.which("bash") is None, reason="no bash"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl"),
]


@pytest.mark.parametrize("page", PAGES)
async def test_every_block_of_the_page_is_answered(page: str, world: World, tmp_path: Path) -> None:
    node = await world.node()
    await world.party(node, "NL", "CPX")
    cpx, *_ = await node.store.platforms()
    msp = await world.party(node, "DE", "MSP")
    for invited in ("DE ABC", "FR OLD"):
        world.list(PartyId.parse(invited), PrivateKey.generate(), node.key.address, node.url)
    (tmp_path / "admin-key").write_text(node.admin_key, "utf-8")
    known = {"NODE": node.url, "ADMIN_KEY": node.admin_key, "TOKEN_C": msp.token, "ID": cpx.id}
    async with Terminal.opened(tmp_path, known) as terminal:
        await terminal.run(STRICT)
        printed = await terminal.show(
            block for block in blocks(page) if "curl" in block.text or re.match(r"[A-Z]+=", block.text)
        )
    codes = [int(code) for code in re.findall(r'"status_code": ?(\d+)', printed)]
    assert set(codes) <= {1000}, printed
