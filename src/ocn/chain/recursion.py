"""Import a library and keep Python's recursion limit, which libraries of the chain lift for everybody.

Lifted, it no longer protects the C stack: a JSON text nested deeply enough then ends any process that
parses it.
"""

import importlib
import sys
from types import ModuleType


def imported(name: str) -> ModuleType:
    """Import a module; the recursion limit is what it was."""
    before = sys.getrecursionlimit()
    try:
        return importlib.import_module(name)
    finally:
        sys.setrecursionlimit(before)
