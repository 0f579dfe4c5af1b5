"""One Node.js process that drives the existing notary library for all tests here."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

NPM = Path(__file__).parents[2] / "npm"


@pytest.fixture(scope="session")
def npm_notary() -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Send one command to ``tests/npm/notary_driver.js`` and return its answer."""
    node = shutil.which("node")
    if node is None or not (NPM / "node_modules/@shareandcharge/ocn-notary").is_dir():
        pytest.skip("needs Node.js and the npm package @shareandcharge/ocn-notary (`make test` installs it)")
    with subprocess.Popen(
        [node, "notary_driver.js"], cwd=NPM, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        commands, answers = process.stdin, process.stdout

        def ask(command: dict[str, Any]) -> dict[str, Any]:
            commands.write(msgspec.json.encode(command) + b"\n")
            commands.flush()
            answer: dict[str, Any] = msgspec.json.decode(answers.readline())
            return answer

        yield ask
        commands.close()
        process.wait(timeout=10)
