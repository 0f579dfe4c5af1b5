"""What holds for every test: Python's recursion limit as users have it, and no property with a time limit.

Libraries of the chain lift the limit when they are imported (to 100,000), and lifted it no longer keeps a
deeply nested JSON text from ending the process. Programs import them behind a guard; a test module may not.
"""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine is no counter-example
settings.load_profile("untimed")

_LIMIT = 1000


@pytest.fixture(autouse=True)
def recursion_limit() -> Iterator[None]:
    sys.setrecursionlimit(_LIMIT)
    yield
    sys.setrecursionlimit(_LIMIT)
