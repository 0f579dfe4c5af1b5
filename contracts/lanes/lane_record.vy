# pragma version 0.4.3
# pragma evm-version london
"""
@title One lane in one storage word
@license Apache-2.0
@notice From the lowest bit: 120 bits claimed, 120 bits reserved, 16 bits flags. Who adds to one of the
        amounts has to know that the sum fits, or it would spill into its neighbour.
"""

from lanes import refusals

AMOUNT: constant(uint256) = 2**120 - 1  # the greatest amount, and the mask of one
RESERVED: constant(uint256) = 120  # where the reserve begins
FLAGS: constant(uint256) = 240  # where the flags begin

SETOFF: constant(uint256) = 1 << FLAGS  # what this lane pays becomes the payee's reserve for the payer
EXITING: constant(uint256) = 2 << FLAGS  # a release from the reserve is announced
HOLDBACK: constant(uint256) = 4 << FLAGS  # what this lane pays is held back first


@internal
@pure
def _id(payer: address, payee: address, token: address) -> bytes32:
    return keccak256(abi_encode(payer, payee, token))


@internal
@pure
def _check_pair(payer: address, payee: address):
    refusals._unless(
        payer != empty(address) and payee != empty(address) and payer != payee, "Two parties needed."
    )
