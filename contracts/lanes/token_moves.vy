# pragma version 0.4.3
# pragma evm-version london
"""
@title Tokens in and out
@license Apache-2.0
@notice A token is believed only as far as it can be measured: what comes in is the difference it makes to
        this contract's balance, and what goes out may not make more difference than it should. Tokens that
        return nothing are served; one that returns false has refused.
"""

from ethereum.ercs import IERC20
from lanes import lane_record
from lanes import refusals


@internal
@view
def _held(token: address) -> uint256:
    return staticcall IERC20(token).balanceOf(self)


@internal
def _pull(token: address, sender: address, amount: uint256) -> uint256:
    """
    @dev Returns what came in.
    """
    before: uint256 = self._held(token)
    self._check(
        extcall IERC20(token).transferFrom(sender, self, amount, default_return_value=True)
    )
    return self._received(token, before)


@internal
@view
def _received(token: address, before: uint256) -> uint256:
    """
    @dev All that this contract has of a token stays within one lane's amount, so that no sum of its parts can
         exceed it.
    """
    held: uint256 = self._held(token)
    refusals._unless(held > before, "Nothing was received.")
    refusals._unless(held <= lane_record.AMOUNT, "Amount too large.")
    return held - before


@internal
def _push(token: address, receiver: address, amount: uint256):
    before: uint256 = self._held(token)
    self._check(extcall IERC20(token).transfer(receiver, amount, default_return_value=True))
    refusals._unless(self._held(token) + amount >= before, "Token took more than told.")
@internal
@pure
def _check(accepted: bool):
    refusals._unless(accepted, "Token refused the transfer.")
