"""What reading a stranger's JSON can raise, in one place, so that no reader forgets one of them."""

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Not JSON, or not of the type that was wanted; text that is not UTF-8, which msgspec only finds where it
makes a string of it; and nesting beyond the interpreter's limit. For ``except UNREADABLE``."""
