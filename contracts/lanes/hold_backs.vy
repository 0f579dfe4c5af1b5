# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Hold-back lanes: time to look at a bill that was paid
@license Apache-2.0
@notice Where both sides have agreed on it, what a lane pays is held before the payee has it, and the payer
        can dispute it meanwhile. They agree on the window and on an arbiter together: neither can change or
        end it alone.
"""

from lanes import held_money
from lanes import hot_keys
from lanes import lane_record
from lanes import refusals
from parts import typed_signatures

uses: held_money
uses: hot_keys
uses: typed_signatures


struct Signature:
    v: uint8
    r: bytes32
    s: bytes32


event HoldBackAgreed:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    window: uint256
    arbiter: address


LONGEST_WINDOW: constant(uint256) = 30 * 86_400

HOLD_BACK: constant(bytes32) = keccak256(
    "HoldBack(address payer,address payee,address token,uint256 window,address arbiter,uint256 payerNonce,uint256 payeeNonce,uint256 deadline)"
)


@external
def agreeHoldBack(
    payer: address,
    payee: address,
    token: address,
    window: uint256,
    arbiter: address,
    deadline: uint256,
    payerSignature: Signature,
    payeeSignature: Signature,
):
    """
    @notice Both sides sign; the one that sends this need not. Window and arbiter zero end the agreement.
    """
    lane_record._check_pair(payer, payee)
    refusals._unless(window <= LONGEST_WINDOW, "Window too long.")
    refusals._unless(
        arbiter != payer and arbiter != payee and (arbiter == empty(address)) == (window == 0),
        "Arbiter must be a third party.",
    )
    payer_nonce: uint256 = typed_signatures._use_nonce(payer)
    payee_nonce: uint256 = typed_signatures._use_nonce(payee)
    message: bytes32 = keccak256(
        abi_encode(
            HOLD_BACK, payer, payee, token, window, arbiter, payer_nonce, payee_nonce, deadline
        )
    )
    self._check_agrees(payer, message, deadline, payerSignature)
    self._check_agrees(payee, message, deadline, payeeSignature)
    held_money._set_terms(lane_record._id(payer, payee, token), window, arbiter)
    log HoldBackAgreed(payer=payer, payee=payee, token=token, window=window, arbiter=arbiter)


@external
def collect(payer: address, payee: address, token: address) -> uint256:
    """
    @notice For anybody to call: what has been held long enough goes to the payee.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    matured: uint256 = held_money._mature(payer, payee, token, lane)
    refusals._unless(matured > 0, "Nothing to collect.")
    return matured


@external
@view
def holdBack(payer: address, payee: address, token: address) -> (uint256, address, uint256):
    """
    @notice Window, arbiter, and what could be collected now. Window zero: nothing is held back.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    terms: uint256 = held_money.terms[lane]
    window: uint256 = held_money._window(terms)
    if window == 0:
        return 0, empty(address), 0
    epoch: uint256 = block.timestamp // window
    collectable: uint256 = held_money._matured(lane, terms >> held_money.EPOCH, epoch)
    return window, held_money._arbiter(terms), collectable


@external
@view
def bucket(payer: address, payee: address, token: address, epoch: uint256) -> (uint256, uint256, bytes32):
    """
    @notice Of the claims of an epoch that were not collected yet: amount, what the lane had claimed before
            them, and the evidence of the last of them; the latter means nothing where the amount is zero.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    if not held_money._is_held(held_money.terms[lane], epoch):
        return 0, 0, empty(bytes32)
    bucket: uint256 = held_money.buckets[lane][epoch % 2]
    return bucket & lane_record.AMOUNT, bucket >> held_money.START, held_money.evidence[lane][epoch % 2]


@internal
@view
def _check_agrees(party: address, message: bytes32, deadline: uint256, signature: Signature):
    if msg.sender != party:
        hot_keys._check_signed(
            party, hot_keys.OWN_KEY, message, deadline, signature.v, signature.r, signature.s
        )
