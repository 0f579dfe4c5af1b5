"""Commands answer without loading what they do not need."""

import subprocess
import sys

HEAVY = (
    "aiohttp",
    "eth_abi",
    "eth_account",
    "eth_keyfile",
    "sqlalchemy",
    "pydantic",
    "uvicorn",
    "eth",
    "cryptography",
)


def test_command_line_is_read_without_loading_heavy_libraries() -> None:
    code = f"import sys, ocn.cli; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_local_network_is_started_without_loading_the_chain_that_it_starts() -> None:
    code = "import sys, ocn.simulation.network.network; print('eth' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_part_of_settlement_is_loaded_without_its_service_and_every_name_is_there_when_asked_for() -> None:
    code = (
        "import sys, ocn.settlement as room, ocn.settlement.lanes.index; print('sqlalchemy' in sys.modules, "
        "[name for name in room.__all__ if not hasattr(room, name)], hasattr(room, 'nothing'))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False [] False"
