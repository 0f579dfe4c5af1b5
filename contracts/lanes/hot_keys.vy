# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Keys that a party lets sign for it
@license Apache-2.0
@notice The party's own key, or its contract wallet, stays away from machines: it alone names and removes
        keys, withdraws and releases. A party cannot void the vouchers it has handed out by removing the key
        that signed them: for the time of notice they still draw on the reserve of their lane, though no
        longer on free money. That also bounds what a stolen key can take once it is removed.
"""

from lanes import notice
from lanes import refusals
from parts import typed_signatures

uses: notice
uses: typed_signatures


event SignerChanged:
    party: indexed(address)
    key: indexed(address)
    rights: uint256
    retiresAt: uint256


OWN_KEY: constant(uint256) = 0  # what no other key may do
VOUCHERS: constant(uint256) = 1  # signs vouchers, and moves free money into reserves
RETURNS: constant(uint256) = 2  # gives reserves back to those who made them

RIGHTS_BITS: constant(uint256) = 8
RIGHTS_MASK: constant(uint256) = 2**8 - 1

SET_SIGNER: constant(bytes32) = keccak256(
    "SetSigner(address party,address key,uint256 rights,uint256 nonce,uint256 deadline)"
)

# How far a voucher reaches, by who signed it.
NOTHING: constant(uint256) = 0
RESERVE_ONLY: constant(uint256) = 1
EVERYTHING: constant(uint256) = 2

# party -> key -> rights (8 bits), time until which vouchers still reach the reserve
signers: HashMap[address, HashMap[address, uint256]]


@external
def setSigner(key: address, rights: uint256):
    self._set_signer(msg.sender, key, rights)


@external
def setSignerBySig(
    party: address, key: address, rights: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    nonce: uint256 = typed_signatures._use_nonce(party)
    message: bytes32 = keccak256(abi_encode(SET_SIGNER, party, key, rights, nonce, deadline))
    self._check_signed(party, OWN_KEY, message, deadline, v, r, s)
    self._set_signer(party, key, rights)


@external
@view
def signer(party: address, key: address) -> (uint256, uint256):
    """
    @notice Its rights; and where it lost the one to sign vouchers, when the last of them end.
    """
    entry: uint256 = self.signers[party][key]
    return entry & RIGHTS_MASK, entry >> RIGHTS_BITS


@internal
def _set_signer(party: address, key: address, rights: uint256):
    refusals._unless(key != empty(address), "No key given.")
    refusals._unless(rights <= VOUCHERS | RETURNS, "Unknown rights.")
    before: uint256 = self.signers[party][key]
    retires_at: uint256 = 0
    if rights & VOUCHERS == 0:
        retires_at = notice._ends_at() if before & VOUCHERS != 0 else before >> RIGHTS_BITS
    self.signers[party][key] = (retires_at << RIGHTS_BITS) | rights
    log SignerChanged(party=party, key=key, rights=rights, retiresAt=retires_at)


@internal
@view
def _may(party: address, key: address, right: uint256) -> bool:
    return key == party or self.signers[party][key] & right != 0


@internal
@view
def _check_signed(
    party: address, right: uint256, message: bytes32, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    """
    @dev By the party, or by a key of it with this right; with OWN_KEY by the party alone.
    """
    signer: address = typed_signatures._signer(message, deadline, v, r, s)
    assert self._may(party, signer, right), "Signer and provided party address different."


@internal
@view
def _reach(payer: address, key: address) -> uint256:
    """
    @dev Of a voucher in the payer's name that was signed by this key. The zero address is nobody's key.
    """
    if key == empty(address):
        return NOTHING
    if key == payer:
        return EVERYTHING
    entry: uint256 = self.signers[payer][key]
    if entry & VOUCHERS != 0:
        return EVERYTHING
    if block.timestamp < entry >> RIGHTS_BITS:
        return RESERVE_ONLY
    return NOTHING
