import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "program",
    [
        "import ocn.chain.embedded",
        "from ocn.chain.recursion import imported; imported('eth_account')",
    ],
)
def test_library_of_the_chain_imported_leaves_the_recursion_limit(program: str) -> None:
    check = (
        f"import sys; before = sys.getrecursionlimit(); {program}; print(sys.getrecursionlimit() == before)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
