"""Python's recursion limit, which py-evm lifts for the whole process when it is imported.

Lifted, it no longer protects the C stack: a JSON text nested deeply enough then ends any process that
parses it. So the import is done here, first of all, and the limit put back; `deep` lifts it where contracts
really nest.
"""

import contextlib
import sys
from collections.abc import Generator
from typing import Final

from ocn.chain.recursion import imported

DEEP: Final = 16_384
"""Enough for the 1024 nested calls that the EVM allows, at about a dozen Python frames each."""


@contextlib.contextmanager
def deep() -> Generator[None]:
    """Allow deep recursion for the moment, and in the whole process: Python has no limit per thread."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


imported("eth")
