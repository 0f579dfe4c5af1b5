# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Reserves: money that one payee can count on
@license Apache-2.0
@notice The payer fills a reserve at any time. It falls by claims of that payee, by a release that was
        announced the time of notice before, or because the payee gives it back. There is no other way.
"""

from lanes import hot_keys
from lanes import lane_record
from lanes import notice
from lanes import vaults
from parts import typed_signatures

uses: hot_keys
uses: notice
uses: typed_signatures
uses: vaults


event Reserved:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    amount: uint256


event ReleaseRequested:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    amount: uint256
    readyAt: uint256


event Released:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    amount: uint256


event ReserveReturned:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    amount: uint256


RESERVE: constant(bytes32) = keccak256(
    "Reserve(address payer,address payee,address token,uint256 amount,uint256 nonce,uint256 deadline)"
)
REQUEST_RELEASE: constant(bytes32) = keccak256(
    "RequestRelease(address payer,address payee,address token,uint256 amount,uint256 nonce,uint256 deadline)"
)
RETURN_RESERVE: constant(bytes32) = keccak256(
    "ReturnReserve(address payee,address payer,address token,uint256 amount,uint256 nonce,uint256 deadline)"
)


@external
def reserve(payee: address, token: address, amount: uint256):
    self._reserve(msg.sender, payee, token, amount)


@external
def reserveBySig(
    payer: address,
    payee: address,
    token: address,
    amount: uint256,
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    """
    @dev A key that may sign vouchers may also do this: it could spend the same money by a voucher.
    """
    message: bytes32 = self._message(RESERVE, payer, payee, token, amount, deadline)
    hot_keys._check_signed(payer, hot_keys.VOUCHERS, message, deadline, v, r, s)
    self._reserve(payer, payee, token, amount)


@external
def requestRelease(payee: address, token: address, amount: uint256):
    self._request_release(msg.sender, payee, token, amount)


@external
def requestReleaseBySig(
    payer: address,
    payee: address,
    token: address,
    amount: uint256,
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    message: bytes32 = self._message(REQUEST_RELEASE, payer, payee, token, amount, deadline)
    hot_keys._check_signed(payer, hot_keys.OWN_KEY, message, deadline, v, r, s)
    self._request_release(payer, payee, token, amount)


@external
def release(payer: address, payee: address, token: address):
    """
    @notice For anybody to call: the payer wanted it when it announced it, and can call it off until then.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    amount: uint256 = 0
    ready_at: uint256 = 0
    amount, ready_at = vaults._exit(lane)
    notice._check_over(ready_at)
    vaults._take_reserve(lane, amount)
    vaults._add_free(token, payer, amount)
    log Released(payer=payer, payee=payee, token=token, amount=amount)


@external
def returnReserve(payer: address, token: address, amount: uint256):
    self._return_reserve(msg.sender, payer, token, amount)


@external
def returnReserveBySig(
    payee: address,
    payer: address,
    token: address,
    amount: uint256,
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    message: bytes32 = self._message(RETURN_RESERVE, payee, payer, token, amount, deadline)
    hot_keys._check_signed(payee, hot_keys.RETURNS, message, deadline, v, r, s)
    self._return_reserve(payee, payer, token, amount)


@internal
def _message(
    purpose: bytes32, signer: address, peer: address, token: address, amount: uint256, deadline: uint256
) -> bytes32:
    nonce: uint256 = typed_signatures._use_nonce(signer)
    return keccak256(abi_encode(purpose, signer, peer, token, amount, nonce, deadline))


@internal
def _reserve(payer: address, payee: address, token: address, amount: uint256):
    lane_record._check_pair(payer, payee)
    vaults._take_free(token, payer, amount)
    vaults._add_reserve(payer, payee, token, amount)
    log Reserved(payer=payer, payee=payee, token=token, amount=amount)


@internal
def _request_release(payer: address, payee: address, token: address, amount: uint256):
    ready_at: uint256 = notice._ends_at()
    vaults._announce_exit(lane_record._id(payer, payee, token), amount, ready_at)
    log ReleaseRequested(payer=payer, payee=payee, token=token, amount=amount, readyAt=ready_at)


@internal
def _return_reserve(payee: address, payer: address, token: address, amount: uint256):
    vaults._take_reserve(lane_record._id(payer, payee, token), amount)
    vaults._add_free(token, payer, amount)
    log ReserveReturned(payer=payer, payee=payee, token=token, amount=amount)
