# pragma version 0.4.3
# pragma evm-version london
"""
@title A token that misbehaves as it is told to (tests only)
"""

FEE: constant(uint256) = 1  # a tenth of what is transferred is lost on the way
REFUSES: constant(uint256) = 2  # returns false and transfers nothing
DENIES: constant(uint256) = 3  # returns false and transfers all the same
TAKES_MORE: constant(uint256) = 4  # takes one unit more from the sender than it gives the receiver
CALLS_BACK: constant(uint256) = 5  # calls somebody in the middle of a transfer
BOASTS: constant(uint256) = 6  # claims with every transfer that everybody has got 2**119 more
PRETENDS: constant(uint256) = 7  # takes every permit and authorization without doing anything

mode: public(uint256)
banned: public(HashMap[address, bool])
nonces: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
balances: HashMap[address, uint256]
boasted: uint256

target: address
data: Bytes[8192]
answered: public(bool)
answer: public(Bytes[512])


@external
def behave(mode: uint256):
    self.mode = mode


@external
def callBack(target: address, data: Bytes[8192]):
    self.mode = CALLS_BACK
    self.target = target
    self.data = data


@external
def ban(party: address, banned: bool):
    self.banned[party] = banned


@external
def wipe(party: address):
    self.balances[party] = 0


@external
def mint(to: address, amount: uint256):
    self.balances[to] += amount


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    return True


@external
@view
def balanceOf(party: address) -> uint256:
    return self.balances[party] + self.boasted


@external
def transfer(to: address, amount: uint256) -> bool:
    return self._move(msg.sender, to, amount)


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    if self.mode != REFUSES:
        self.allowance[owner][msg.sender] -= amount
    return self._move(owner, to, amount)


@external
def permit(
    owner: address, spender: address, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    if self.mode != PRETENDS:
        self.nonces[owner] += 1
        self.allowance[owner][spender] = amount


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
    if self.mode != PRETENDS:
        self._move(owner, to, amount)


@internal
def _move(sender: address, to: address, amount: uint256) -> bool:
    assert not self.banned[sender] and not self.banned[to], "Banned."
    if self.mode == REFUSES:
        return False
    if self.mode == CALLS_BACK:
        self._call_back()
    if self.mode == BOASTS:
        self.boasted += 2**119
    self.balances[sender] -= amount
    if self.mode == FEE:
        self.balances[to] += amount - amount // 10
    else:
        self.balances[to] += amount
    if self.mode == TAKES_MORE:
        self.balances[sender] -= 1
    return self.mode != DENIES


@internal
def _call_back():
    answered: bool = False
    answer: Bytes[512] = b""
    answered, answer = raw_call(self.target, self.data, max_outsize=512, revert_on_failure=False)
    self.answered = answered
    self.answer = answer
