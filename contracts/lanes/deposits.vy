# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Deposits and withdrawals
@license Apache-2.0
@notice Anybody may deposit for anybody. Only the party itself withdraws, and only what is free.
"""

from lanes import hot_keys
from lanes import token_moves
from lanes import refusals
from lanes import reserves
from lanes import vaults
from parts import typed_signatures

uses: hot_keys
uses: reserves
uses: typed_signatures
uses: vaults


interface PermitToken:
    def nonces(owner: address) -> uint256: view
    def permit(
        owner: address, spender: address, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
    ): nonpayable


interface AuthorizationToken:
    def receiveWithAuthorization(
        sender: address,
        receiver: address,
        amount: uint256,
        validAfter: uint256,
        validBefore: uint256,
        nonce: bytes32,
        v: uint8,
        r: bytes32,
        s: bytes32,
    ): nonpayable


event Deposited:
    token: indexed(address)
    party: indexed(address)
    sender: indexed(address)
    amount: uint256


event Withdrawn:
    token: indexed(address)
    party: indexed(address)
    to: indexed(address)
    amount: uint256


WITHDRAW: constant(bytes32) = keccak256(
    "Withdraw(address party,address token,uint256 amount,address to,uint256 nonce,uint256 deadline)"
)


@external
def deposit(party: address, token: address, amount: uint256):
    self._deposit(party, token, msg.sender, token_moves._pull(token, msg.sender, amount))


@external
def depositWithPermit(
    party: address, token: address, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    """
    @dev Strict: the permit has to be used up here. Were it enough that an allowance is there, anybody could
         move what the party has allowed for other ends; and some tokens take a permit they do not know
         without a word. If somebody else has used it up before, the party deposits itself.
    """
    nonce: uint256 = staticcall PermitToken(token).nonces(party)
    extcall PermitToken(token).permit(party, self, amount, deadline, v, r, s)
    refusals._unless(
        staticcall PermitToken(token).nonces(party) == nonce + 1, "Permit did not use its nonce."
    )
    self._deposit(party, token, party, token_moves._pull(token, party, amount))


@external
def openWithAuthorization(
    payer: address,
    payee: address,
    token: address,
    amount: uint256,
    validAfter: uint256,
    validBefore: uint256,
    salt: bytes32,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    """
    @dev EIP-3009. The payee is in the nonce that the payer has signed, so that whoever sends this can lead
         the money nowhere else. Without a payee it becomes free money of the payer.
    """
    before: uint256 = token_moves._held(token)
    extcall AuthorizationToken(token).receiveWithAuthorization(
        payer, self, amount, validAfter, validBefore, keccak256(abi_encode(payee, salt)), v, r, s
    )
    received: uint256 = token_moves._received(token, before)
    self._deposit(payer, token, payer, received)
    if payee != empty(address):
        reserves._reserve(payer, payee, token, received)


@external
def withdraw(token: address, amount: uint256, to: address):
    self._withdraw(msg.sender, token, amount, to)


@external
def withdrawBySig(
    party: address,
    token: address,
    amount: uint256,
    to: address,
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    nonce: uint256 = typed_signatures._use_nonce(party)
    message: bytes32 = keccak256(abi_encode(WITHDRAW, party, token, amount, to, nonce, deadline))
    hot_keys._check_signed(party, hot_keys.OWN_KEY, message, deadline, v, r, s)
    self._withdraw(party, token, amount, to)


@internal
def _deposit(party: address, token: address, sender: address, received: uint256):
    refusals._unless(party != empty(address), "No party given.")
    vaults._add_free(token, party, received)
    log Deposited(token=token, party=party, sender=sender, amount=received)


@internal
def _withdraw(party: address, token: address, amount: uint256, to: address):
    refusals._unless(to != empty(address) and to != self, "Not a wallet to withdraw to.")
    vaults._take_free(token, party, amount)
    log Withdrawn(token=token, party=party, to=to, amount=amount)
    token_moves._push(token, to, amount)
