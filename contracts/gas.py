"""Measure what the acts of Lanes cost and write ``gas.json``: ``python contracts/gas.py``.

A test measures again and compares; the table in the README is made of the same figures.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contracts.tests.settlement_gas import measure

from ocn.chain.embedded import Devnet

SNAPSHOT = Path(__file__).parent / "gas.json"


async def on_embedded_chain() -> dict[str, int]:
    """Gas by act, on a new chain in this process."""
    async with await Devnet.open(None) as devnet:

        async def rpc(method: str, *params: Any) -> Any:
            return await devnet.rpc(method, params)

        return await measure(rpc)


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(asyncio.run(on_embedded_chain()), indent=1) + "\n", encoding="utf-8")
