# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Set-off: income from a peer stays where the peer can reach it
@license Apache-2.0
@notice A payee promises its peer that what the peer pays becomes the payee's reserve for the peer. So nobody
        cashes its own claims and walks away from its debt. The promise ends with the same notice as a
        reserve.
"""

from lanes import hot_keys
from lanes import lane_record
from lanes import notice
from lanes import refusals
from lanes import vaults
from parts import typed_signatures

uses: hot_keys
uses: notice
uses: typed_signatures
uses: vaults


event SetoffEnabled:
    payee: indexed(address)
    peer: indexed(address)
    token: indexed(address)


event SetoffLeaving:
    payee: indexed(address)
    peer: indexed(address)
    token: indexed(address)
    leavesAt: uint256


event SetoffLeft:
    payee: indexed(address)
    peer: indexed(address)
    token: indexed(address)


ENABLE_SETOFF: constant(bytes32) = keccak256(
    "EnableSetoff(address payee,address peer,address token,uint256 nonce,uint256 deadline)"
)
REQUEST_LEAVE_SETOFF: constant(bytes32) = keccak256(
    "RequestLeaveSetoff(address payee,address peer,address token,uint256 nonce,uint256 deadline)"
)

# lane from the peer to the payee -> time from which the payee may leave; zero if it has not asked to
leaves_at: HashMap[bytes32, uint256]


@external
def enableSetoff(peer: address, token: address):
    self._enable(msg.sender, peer, token)


@external
def enableSetoffBySig(
    payee: address, peer: address, token: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    self._payee_signed(ENABLE_SETOFF, payee, peer, token, deadline, v, r, s)
    self._enable(payee, peer, token)


@external
def requestLeaveSetoff(peer: address, token: address):
    self._request_leave(msg.sender, peer, token)


@external
def requestLeaveSetoffBySig(
    payee: address, peer: address, token: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    self._payee_signed(REQUEST_LEAVE_SETOFF, payee, peer, token, deadline, v, r, s)
    self._request_leave(payee, peer, token)


@external
def leaveSetoff(payee: address, peer: address, token: address):
    """
    @notice For anybody to call, as a release.
    """
    lane: bytes32 = lane_record._id(peer, payee, token)
    notice._check_over(self.leaves_at[lane])
    self.leaves_at[lane] = 0
    vaults.records[lane] &= ~lane_record.SETOFF
    log SetoffLeft(payee=payee, peer=peer, token=token)


@external
@view
def setoff(payee: address, peer: address, token: address) -> (bool, uint256):
    """
    @notice Whether the payee's income from the peer is kept for the peer, and from when on that may end.
    """
    lane: bytes32 = lane_record._id(peer, payee, token)
    return vaults.records[lane] & lane_record.SETOFF != 0, self.leaves_at[lane]


@internal
def _payee_signed(
    purpose: bytes32,
    payee: address,
    peer: address,
    token: address,
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    nonce: uint256 = typed_signatures._use_nonce(payee)
    message: bytes32 = keccak256(abi_encode(purpose, payee, peer, token, nonce, deadline))
    hot_keys._check_signed(payee, hot_keys.OWN_KEY, message, deadline, v, r, s)


@internal
def _enable(payee: address, peer: address, token: address):
    """
    @dev Whatever the lane holds stays as it is. Somebody who was about to leave has changed its mind.
    """
    lane_record._check_pair(peer, payee)
    lane: bytes32 = lane_record._id(peer, payee, token)
    vaults.records[lane] |= lane_record.SETOFF
    self.leaves_at[lane] = 0
    log SetoffEnabled(payee=payee, peer=peer, token=token)


@internal
def _request_leave(payee: address, peer: address, token: address):
    lane: bytes32 = lane_record._id(peer, payee, token)
    refusals._unless(
        vaults.records[lane] & lane_record.SETOFF != 0, "Set-off is not enabled."
    )
    leaves_at: uint256 = notice._ends_at()
    self.leaves_at[lane] = leaves_at
    log SetoffLeaving(payee=payee, peer=peer, token=token, leavesAt=leaves_at)

