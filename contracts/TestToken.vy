# pragma version 0.4.3
# pragma evm-version london
"""
@title A token to try things out with
@license Apache-2.0
@notice FOR EMBEDDED AND TEST CHAINS ONLY: anybody can mint any amount. It stands in for a regulated stable
        coin of the same interface: ERC-20, EIP-2612 (permit), EIP-3009 (signed transfers).
"""

from parts import typed_signatures

initializes: typed_signatures

exports: typed_signatures.__interface__


event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256


event Approval:
    owner: indexed(address)
    spender: indexed(address)
    amount: uint256


event AuthorizationUsed:
    authorizer: indexed(address)
    nonce: indexed(bytes32)


event AuthorizationCanceled:
    authorizer: indexed(address)
    nonce: indexed(bytes32)


PERMIT: constant(bytes32) = keccak256(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)
TRANSFER_WITH_AUTHORIZATION: constant(bytes32) = keccak256(
    "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
RECEIVE_WITH_AUTHORIZATION: constant(bytes32) = keccak256(
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
CANCEL_AUTHORIZATION: constant(bytes32) = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)")

name: public(immutable(String[32]))
symbol: public(immutable(String[8]))
decimals: public(immutable(uint8))

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
# authorizer -> nonce -> used or cancelled
authorizationState: public(HashMap[address, HashMap[bytes32, bool]])


@deploy
def __init__(tokenName: String[32], tokenSymbol: String[8], tokenDecimals: uint8):
    name = tokenName
    symbol = tokenSymbol
    decimals = tokenDecimals
    typed_signatures.__init__(tokenName)


@external
def mint(to: address, amount: uint256):
    self.totalSupply += amount
    self.balanceOf[to] += amount
    log Transfer(sender=empty(address), receiver=to, amount=amount)


@external
def transfer(to: address, amount: uint256) -> bool:
    self._transfer(msg.sender, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self._approve(msg.sender, spender, amount)
    return True


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    allowed: uint256 = self.allowance[owner][msg.sender]
    assert amount <= allowed, "Not enough allowed."
    if allowed != max_value(uint256):
        self.allowance[owner][msg.sender] = allowed - amount
    self._transfer(owner, to, amount)
    return True


@external
def permit(
    owner: address, spender: address, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    nonce: uint256 = typed_signatures._use_nonce(owner)
    message: bytes32 = keccak256(abi_encode(PERMIT, owner, spender, amount, nonce, deadline))
    assert typed_signatures._signer(message, deadline, v, r, s) == owner, "Not signed by the owner."
    self._approve(owner, spender, amount)


@external
def transferWithAuthorization(
    owner: address,
    to: address,
    amount: uint256,
    validAfter: uint256,
    validBefore: uint256,
    nonce: bytes32,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    """
    @dev EIP-3009.
    """
    self._authorized(
        TRANSFER_WITH_AUTHORIZATION, owner, to, amount, validAfter, validBefore, nonce, v, r, s
    )


@external
def receiveWithAuthorization(
    owner: address,
    to: address,
    amount: uint256,
    validAfter: uint256,
    validBefore: uint256,
    nonce: bytes32,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    """
    @dev EIP-3009: only the receiver can carry it out.
    """
    assert msg.sender == to, "Only the receiver may do this."
    self._authorized(
        RECEIVE_WITH_AUTHORIZATION, owner, to, amount, validAfter, validBefore, nonce, v, r, s
    )


@external
def cancelAuthorization(owner: address, nonce: bytes32, v: uint8, r: bytes32, s: bytes32):
    message: bytes32 = keccak256(abi_encode(CANCEL_AUTHORIZATION, owner, nonce))
    self._use_authorization(owner, nonce, message, v, r, s)
    log AuthorizationCanceled(authorizer=owner, nonce=nonce)


@internal
def _authorized(
    purpose: bytes32,
    owner: address,
    to: address,
    amount: uint256,
    valid_after: uint256,
    valid_before: uint256,
    nonce: bytes32,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    assert block.timestamp > valid_after, "Authorization is not valid yet."
    assert block.timestamp < valid_before, "Authorization has expired."
    message: bytes32 = keccak256(
        abi_encode(purpose, owner, to, amount, valid_after, valid_before, nonce)
    )
    self._use_authorization(owner, nonce, message, v, r, s)
    log AuthorizationUsed(authorizer=owner, nonce=nonce)
    self._transfer(owner, to, amount)


@internal
def _use_authorization(
    owner: address, nonce: bytes32, message: bytes32, v: uint8, r: bytes32, s: bytes32
):
    assert not self.authorizationState[owner][nonce], "Authorization was used or cancelled."
    signer: address = typed_signatures._signer(message, max_value(uint256), v, r, s)
    assert signer == owner, "Not signed by the owner."
    self.authorizationState[owner][nonce] = True


@internal
def _approve(owner: address, spender: address, amount: uint256):
    self.allowance[owner][spender] = amount
    log Approval(owner=owner, spender=spender, amount=amount)


@internal
def _transfer(sender: address, to: address, amount: uint256):
    assert to != empty(address), "No receiver given."
    balance: uint256 = self.balanceOf[sender]
    assert amount <= balance, "Not enough tokens."
    self.balanceOf[sender] = balance - amount
    self.balanceOf[to] += amount
    log Transfer(sender=sender, receiver=to, amount=amount)
