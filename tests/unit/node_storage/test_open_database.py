import sys
from pathlib import Path

import pytest

from ocn.errors import ConfigurationError
from ocn.node.storage import open_database


@pytest.mark.parametrize(
    "url",
    [
        "",
        "node.db",
        "mysql://ocn:s3cret@host/node",
        "postgresql://ocn:s3cret@host:port/node",
        "sqlite:///x?mode=ro",
    ],
)
def test_open_database_of_an_unknown_kind_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_database(url)
    assert caught.value.hint
    assert "s3cret" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


def test_open_database_without_psycopg_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match="psycopg") as caught:
        open_database("postgresql://ocn:s3cret@host/node")
    assert caught.value.hint == "pip install 'ocn[postgres]'"
    assert "s3cret" not in f"{caught.value.__cause__}"


def test_open_database_in_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file or directory"):
        open_database(f"sqlite:///{tmp_path}/missing/node.db")


async def test_open_database_shows_where_it_is_but_no_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    for url, shown in (
        (
            "postgresql://ocn:s3cret@db.example:5433/node?password=s3cret",
            "<Database postgresql db.example:5433/node>",
        ),
        ("postgres://ocn:s3cret@db.example/node", "<Database postgres db.example/node>"),
        (f"sqlite:///{tmp_path}/node.db", f"<Database sqlite {tmp_path}/node.db>"),
        ("sqlite://", "<Database sqlite :memory:>"),
    ):
        async with open_database(url) as opened:
            assert repr(opened) == shown
