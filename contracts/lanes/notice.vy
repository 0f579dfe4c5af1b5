# pragma version 0.4.3
# pragma evm-version london
"""
@title The notice a payee gets before anything becomes worse for it
@license Apache-2.0
@notice One period for all: a release from a reserve, the end of set-off, the end of a key that signed
        vouchers.
"""

from lanes import refusals

LONGEST: constant(uint256) = 30 * 86_400

# Seconds. 86,400 in production; a test or a demonstration may wait less.
DELAY: public(immutable(uint256))


@deploy
def __init__(delay: uint256):
    assert 0 < delay and delay <= LONGEST, "Delay must be 1 second to 30 days."
    DELAY = delay


@internal
@view
def _ends_at() -> uint256:
    return block.timestamp + DELAY


@internal
@view
def _check_over(ends_at: uint256):
    """
    @dev Zero is the end of a notice that nobody has given.
    """
    refusals._unless(ends_at != 0, "Nothing announced.")
    refusals._unless(block.timestamp >= ends_at, "Too early.")
