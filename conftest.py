"""What holds for every test: recursion limit and SIGINT as users have them; no property has a time limit.

Libraries of the chain lift the limit when they are imported (to 100,000), and lifted it no longer keeps a
deeply nested JSON text from ending the process. Programs import them behind a guard; a test module may not.

A shell without job control has what it starts behind itself ignore SIGINT, and so would every program of a
test that waits for its end by one.
"""

import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine is no counter-example
settings.load_profile("untimed")

_LIMIT = 1000

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def recursion_limit() -> Iterator[None]:
    sys.setrecursionlimit(_LIMIT)
    yield
    sys.setrecursionlimit(_LIMIT)
