import pytest
from tools.reference import PAGES, REFERENCE
from tools.reference.command_line import visible_commands
from tools.reference.configuration import settings


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_would_write_now(name: str) -> None:
    written = (REFERENCE / name).read_text("utf-8")
    assert written == PAGES[name](), "run `make docs-reference`"


def test_every_setting_and_its_variable_stand_on_the_page() -> None:
    page = PAGES["configuration.md"]()
    missing = [name for pair in settings() for name in pair if f"`{name}`" not in page]
    assert not missing


def test_every_visible_command_has_a_section() -> None:
    page = PAGES["cli.md"]()
    missing = [path for path, _ in visible_commands() if f"\n## {path}\n" not in page]
    assert not missing


def test_settings_with_secrets_are_marked() -> None:
    rows = [row for row in PAGES["configuration.md"]().splitlines() if row.startswith("| `identity.")]
    secret = {row.split("`")[1] for row in rows if "**secret**" in row}
    assert secret == {"identity.key", "identity.admin_key"}
