"""The program of docs/how-to/plan-a-site.md, run as it stands; a CPO of another page is its node."""

from pathlib import Path
from typing import Any

from tests.integration.party.test_write_a_service_page import free_ports, programs
from tests.pages import texts


async def test_program_of_the_page_joins_and_reads_its_cpo(tmp_path: Path) -> None:
    names: dict[str, Any] = {"__name__": "page"}
    (program,) = texts("how-to/plan-a-site.md", "python")
    exec(compile(program, "plan-a-site.md", "exec"), names)  # noqa: S102  the page is ours
    (tmp_path / "yard.toml").write_text(texts("how-to/plan-a-site.md", "toml")[0])
    cpo_page = programs("write-a-party.md")[1]
    ports = free_ports()
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    cpo = cpo_page["cpo"](urls[1], folder=tmp_path / "cpo", port=ports[0])
    await cpo.open()
    party, plans = names["planner"](
        urls[0],
        cpo.invite(),
        site_file=tmp_path / "yard.toml",
        folder=tmp_path / "planner",
        port=ports[1],
        public_url=urls[1],
    )
    async with party, plans.running(party.client, by_hand=True):
        await plans.step()
        view = plans.view("Yard")
    await cpo.close()

    assert view.last_read is not None
    assert "everything was read from DE CPO" in [event.line for event in view.events]
