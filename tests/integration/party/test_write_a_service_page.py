"""The program of docs/how-to/write-a-service.md, run as it stands; a CPO of the other page is its node."""

import socket
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.pages import texts


def programs(page: str) -> list[dict[str, Any]]:
    found = []
    for block in texts(f"how-to/{page}", "python"):
        names: dict[str, Any] = {"__name__": "page"}
        exec(compile(block, page, "exec"), names)  # noqa: S102  the page is ours
        found.append(names)
    return found


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


async def test_program_of_the_page_bills_a_cdr_once(tmp_path: Path) -> None:
    (page,) = programs("write-a-service.md")
    cpo_page = programs("write-a-party.md")[1]
    ports = free_ports()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    cpo = cpo_page["cpo"](urls[1], folder=tmp_path / "cpo", port=ports[0])
    await cpo.open()
    party, billing = page["service"](urls[0], cpo.invite(), folder=tmp_path / "service", port=ports[1])
    cdr = {"id": "C1", "country_code": "DE", "party_id": "CPO", "total_cost": {"excl_vat": Decimal("2.50")}}
    async with party:
        for _ in range(2):
            await cpo.client.to("DE BIL").post_cdr(cdr)
    await cpo.close()
    assert billing.owed_to("DE CPO") == Decimal("2.50")
