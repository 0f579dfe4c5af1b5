"""The programs of docs/how-to/write-a-party.md, run as they stand: each is the other's node."""

import socket
from pathlib import Path
from typing import Any

import pytest
from tests.pages import texts

from ocn.party import ListQuery

PAGE = "how-to/write-a-party.md"
BLOCKS = texts(PAGE, "python")


def run(block: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(block, PAGE, "exec"), names)  # noqa: S102  the page is ours
    return names


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


async def test_programs_of_the_page_charge_and_bill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emsp_page, cpo_page, anything, listed, strictly = (run(block) for block in BLOCKS)
    ports = free_ports()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    cpo = cpo_page["cpo"](urls[1], folder=tmp_path / "cpo", port=ports[0])
    await cpo.open()
    station = cpo_page["STATION"]
    await cpo.storage.put("locations", cpo.own[0], station["id"], station)
    emsp = emsp_page["emsp"](urls[0], cpo.invite(), folder=tmp_path / "emsp", port=ports[1])
    async with emsp:
        assert await emsp_page["charge"](emsp) == {"result": "ACCEPTED"}
        (cdr,) = (await emsp.storage.page("cdrs", cpo.own[0], ListQuery())).items
        assert str(cdr["total_cost"]["excl_vat"]) == "2.62500"
        reply = await anything["anything"](emsp)
        assert reply.data == station
        card = emsp_page["CARD"]["uid"]
        assert (await cpo.client.to("NL MSP").authorize(card)).data["allowed"] == "ALLOWED"
    await cpo.close()
    assert callable(listed["listed"])
    assert strictly["strictly"](demanding=True)["strict"].require
    said = capsys.readouterr().out
    assert "at once: ACCEPTED" in said
    assert "later:   ACCEPTED" in said


async def test_programs_start_again_without_a_token(tmp_path: Path) -> None:
    emsp_page, cpo_page = run(BLOCKS[0]), run(BLOCKS[1])
    ports = free_ports()
    urls = [f"http://127.0.0.1:{port}" for port in ports]

    def make(token_a: str | None) -> tuple[Any, Any]:
        return (
            cpo_page["cpo"](urls[1], folder=tmp_path / "cpo", port=ports[0]),
            emsp_page["emsp"](urls[0], token_a, folder=tmp_path / "emsp", port=ports[1]),
        )

    cpo, _ = make(None)
    await cpo.open()
    _, emsp = make(cpo.invite())
    async with emsp:
        pass
    await cpo.close()
    cpo, emsp = make(None)
    async with cpo, emsp:
        assert [location async for location in emsp.client.to("DE CPO").locations()] == []
