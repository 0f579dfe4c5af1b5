"""The commands of the pages on smart charging, as they stand there, and what the pages say they print."""

import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.pages import texts
from typer.testing import CliRunner

from ocn.cli import app
from ocn.smart_charging.planning.document import document
from ocn.smart_charging.planning.planner import plan
from ocn.smart_charging.planning.problem import Car, Limit, Load, Problem
from ocn.smart_charging.service.heard.feed_file import read_feed
from ocn.smart_charging.site.reading import read_site

PLAN, SEE, CONTROLLER = "how-to/plan-a-site.md", "how-to/see-a-plan.md", "reference/smart-controller.md"


def typed(*words: str) -> str:
    """Type a command; return what it prints."""
    program, *arguments = words
    assert program == "ocn"
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_feed_of_the_page_is_read_for_the_site_of_the_page(tmp_path: Path) -> None:
    (feed,) = texts(PLAN, "json")
    (tmp_path / "limits.json").write_text(feed)
    told, events = read_feed(tmp_path / "limits.json", read_site(texts(PLAN, "toml")[0]).site)

    assert told == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert [(event.fuse, event.kw, event.amps) for event in events] == [(None, 50, None), ("row A", None, 32)]


def test_explain_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("highspy")
    monkeypatch.chdir(tmp_path)
    rest = 10.0 - 11.0 / 4
    made = [
        _planned(0, _car("a", 10.0, 8.0)),
        _planned(1, _car("a", rest, 7.0), _car("b", 10.0, 4.0)),
        _planned(2, _car("a", rest - 11.0 / 4, 6.0), _car("b", rest, 3.0), kw=11.0),
    ]
    (tmp_path / "plans.jsonl").write_text("".join(f"{each}\n" for each in made))
    commands = next(text for text in texts(SEE, "sh") if "explain" in text).splitlines()
    whole, part = [typed(*shlex.split(command)) for command in commands]

    assert whole == texts(SEE, "text")[0]
    assert part.startswith("slot 1")
    assert "\n  b: " in part
    assert "\n  a: " not in part


def _planned(slot: int, *cars: Car, kw: float = 22.0) -> str:
    """A plan of a quarter of an hour from 18:00 on; energy is dear from 19:00 on."""
    prices = (0.09,) * (4 - slot) + (0.30,) * (12 + slot)
    made = plan(Problem(0.25, prices, (Limit("row A", None, 0.1, (round(kw * 10),) * 16),), cars))
    start = datetime(2026, 11, 28, 17, 15 * slot, tzinfo=UTC)
    said_by = {"b": "the driver"}
    return json.dumps(document(made, slot, start=start, zone=ZoneInfo("Europe/Berlin"), said_by=said_by))


def _car(name: str, need_kwh: float, departure: float) -> Car:
    return Car(name, 0.1, 14, 110, (Load(0, 1),), need_kwh, need_kwh, departure)


def test_controller_of_the_page_answers_the_lines_of_the_page(tmp_path: Path) -> None:
    (command,) = texts(CONTROLLER, "sh")
    asked, answered = texts(CONTROLLER, "json")[:2]
    (tmp_path / "slots.jsonl").write_text(asked)
    main = "import sys; from ocn.cli import main; sys.exit(main())"
    program = f"ocn() {{ '{sys.executable}' -c '{main}' \"$@\"; }}"
    subprocess.run(["bash", "-euc", f"{program}\n{command}"], cwd=tmp_path, check=True, timeout=60)

    assert json.loads((tmp_path / "limits.jsonl").read_text()) == json.loads(answered)
