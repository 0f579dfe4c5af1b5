# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Hold-back lanes: time to look at a bill that was paid
@license Apache-2.0
@notice Where both sides have agreed on it, what a lane pays is held for between one and two windows before the
        payee has it. Time is cut into epochs of one window; the money of an epoch is one bucket, and since a
        bucket is free two epochs later, two of them serve for ever. Until then the payer can freeze what one
        leaf of the claimed evidence cost. The payee concedes it, the payer gives it up, the arbiter divides it,
        or it falls to the payee when the arbiter has not decided in time.
"""

from lanes import evidence
from lanes import hot_keys
from lanes import lane_record
from lanes import refusals
from lanes import vaults
from parts import typed_signatures

uses: hot_keys
uses: typed_signatures
uses: vaults


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


event Collected:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    amount: uint256


event Disputed:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    leaf: bytes32
    amount: uint256
    timeout: uint256


event Resolved:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    leaf: bytes32
    toPayer: uint256
    toPayee: uint256


LONGEST_WINDOW: constant(uint256) = 30 * 86_400
# How many windows the arbiter has.
ARBITRATION: constant(uint256) = 8

HOLD_BACK: constant(bytes32) = keccak256(
    "HoldBack(address payer,address payee,address token,uint256 window,address arbiter,uint256 payerNonce,uint256 payeeNonce,uint256 deadline)"
)

# Where the parts of a word begin that are not at its lowest bit.
WINDOW: constant(uint256) = 160
EPOCH: constant(uint256) = 192
START: constant(uint256) = 120
TIMEOUT: constant(uint256) = 120

# lane -> arbiter (160 bits), window (32 bits), epoch that the newer bucket belongs to (64 bits)
terms: HashMap[bytes32, uint256]
# lane -> parity of the epoch -> held amount (120 bits), what the lane had claimed when the bucket was opened
buckets: HashMap[bytes32, uint256[2]]
# lane -> parity of the epoch -> evidence of the last voucher claimed into the bucket
claimed_evidence: HashMap[bytes32, bytes32[2]]
# lane and leaf -> frozen amount (120 bits), end of the arbiter's time; the latter stays when it is resolved
disputes: HashMap[bytes32, uint256]


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
    self._set_terms(lane_record._id(payer, payee, token), window, arbiter)
    log HoldBackAgreed(payer=payer, payee=payee, token=token, window=window, arbiter=arbiter)


@external
def collect(payer: address, payee: address, token: address) -> uint256:
    """
    @notice For anybody to call: what has been held long enough goes to the payee.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    matured: uint256 = self._mature(payer, payee, token, lane)
    refusals._unless(matured > 0, "Nothing to collect.")
    return matured


@external
def dispute(
    payer: address,
    payee: address,
    token: address,
    epoch: uint256,
    leaf: evidence.Leaf,
    proof: DynArray[bytes32, 32],
    before: bytes32,
    links: DynArray[evidence.Link, 512],
) -> uint256:
    """
    @notice Freezes what the leaf cost, as far as it is still held. `before` is the evidence before the voucher
            that brought the leaf; links are that voucher and those after it, up to the last one claimed in that
            epoch.
    """
    refusals._unless(
        hot_keys._may(payer, msg.sender, hot_keys.VOUCHERS), "Only the payer may dispute."
    )
    lane: bytes32 = lane_record._id(payer, payee, token)
    self._mature(payer, payee, token, lane)
    terms: uint256 = self.terms[lane]
    refusals._unless(self._is_held(terms, epoch), "Bucket is not held any more.")

    leaf_hash: bytes32 = evidence._hash(leaf)
    root: bytes32 = leaf_hash
    for sibling: bytes32 in proof:
        root = evidence._node(root, sibling)
    chained: bytes32 = before
    for link: evidence.Link in links:
        chained = evidence._chained(chained, link)
    refusals._unless(
        root == links[0].root and chained == self.claimed_evidence[lane][epoch % 2],
        "Not the evidence claimed.",
    )
    bucket: uint256 = self.buckets[lane][epoch % 2]
    refusals._unless(links[0].cumulative > bucket >> START, "Leaf belongs to an older bucket.")
    key: bytes32 = keccak256(concat(lane, leaf_hash))
    refusals._unless(self.disputes[key] == 0, "Leaf already disputed.")
    frozen: uint256 = min(leaf.amount, bucket & lane_record.AMOUNT)
    refusals._unless(frozen > 0, "Nothing held to freeze.")

    timeout: uint256 = block.timestamp + ARBITRATION * self._window(terms)
    self.buckets[lane][epoch % 2] = bucket - frozen
    self.disputes[key] = (timeout << TIMEOUT) | frozen
    log Disputed(payer=payer, payee=payee, token=token, leaf=leaf_hash, amount=frozen, timeout=timeout)
    return frozen


@external
def resolve(payer: address, payee: address, token: address, leafHash: bytes32, toPayer: uint256):
    """
    @notice Ends a dispute. The payee may give all of it back, the payer may give it up; the arbiter may divide it
            while its time lasts, after that anybody may give it to the payee.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    key: bytes32 = keccak256(concat(lane, leafHash))
    entry: uint256 = self.disputes[key]
    frozen: uint256 = entry & lane_record.AMOUNT
    timeout: uint256 = entry >> TIMEOUT
    refusals._unless(frozen > 0, "No such dispute.")
    refusals._unless(toPayer <= frozen, "More than disputed.")
    in_time: bool = block.timestamp < timeout
    allowed: bool = (
        (toPayer == frozen and msg.sender == payee)
        or (toPayer == 0 and (msg.sender == payer or not in_time))
        or (in_time and msg.sender == self._arbiter(self.terms[lane]))
    )
    refusals._unless(allowed, "Not yours to resolve.")

    self.disputes[key] = timeout << TIMEOUT
    to_payee: uint256 = frozen - toPayer
    vaults._add_free(token, payer, toPayer)
    income: uint256 = vaults._income(payer, payee, token, to_payee, vaults.records[lane])
    vaults._add_free(token, payee, income)
    log Resolved(
        payer=payer, payee=payee, token=token, leaf=leafHash, toPayer=toPayer, toPayee=to_payee
    )


@external
@view
def holdBack(payer: address, payee: address, token: address) -> (uint256, address, uint256):
    """
    @notice Window, arbiter, and what could be collected now. Window zero: nothing is held back.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    terms: uint256 = self.terms[lane]
    window: uint256 = self._window(terms)
    if window == 0:
        return 0, empty(address), 0
    return window, self._arbiter(terms), self._matured(lane, terms >> EPOCH, block.timestamp // window)


@external
@view
def bucket(payer: address, payee: address, token: address, epoch: uint256) -> (uint256, uint256, bytes32):
    """
    @notice Of the claims of an epoch that were not collected yet: amount, what the lane had claimed before them,
            and the evidence of the last of them; the latter means nothing where the amount is zero.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    if not self._is_held(self.terms[lane], epoch):
        return 0, 0, empty(bytes32)
    bucket: uint256 = self.buckets[lane][epoch % 2]
    return bucket & lane_record.AMOUNT, bucket >> START, self.claimed_evidence[lane][epoch % 2]


@external
@view
def disputed(payer: address, payee: address, token: address, leafHash: bytes32) -> (uint256, uint256):
    """
    @notice Frozen amount, and when the arbiter's time ends. Amount zero with a time: resolved.
    """
    key: bytes32 = keccak256(concat(lane_record._id(payer, payee, token), leafHash))
    entry: uint256 = self.disputes[key]
    return entry & lane_record.AMOUNT, entry >> TIMEOUT


@internal
def _hold(
    payer: address,
    payee: address,
    token: address,
    lane: bytes32,
    record: uint256,
    paid: uint256,
    evidence_hash: bytes32,
) -> uint256:
    """
    @dev Puts a payment into the bucket of this epoch; the record is the lane's from before it. Returns what has
         matured by now and is to be added to the payee's free money.
    """
    matured: uint256 = self._rotate(lane, record & lane_record.AMOUNT)
    parity: uint256 = (self.terms[lane] >> EPOCH) % 2
    self.buckets[lane][parity] += paid
    self.claimed_evidence[lane][parity] = evidence_hash
    return self._pass_on(payer, payee, token, matured, record) if matured > 0 else 0


@internal
def _rotate(lane: bytes32, claimed: uint256) -> uint256:
    """
    @dev Opens the bucket of this epoch and returns what was held in those that it takes the place of.
    """
    terms: uint256 = self.terms[lane]
    latest: uint256 = terms >> EPOCH
    epoch: uint256 = block.timestamp // self._window(terms)
    if epoch == latest:
        return 0
    matured: uint256 = self._matured(lane, latest, epoch)
    self.buckets[lane][epoch % 2] = claimed << START
    if epoch > latest + 1:
        self.buckets[lane][1 - epoch % 2] = claimed << START
    self.terms[lane] = (epoch << EPOCH) | (terms & (2**EPOCH - 1))
    return matured


@internal
@view
def _matured(lane: bytes32, latest: uint256, epoch: uint256) -> uint256:
    matured: uint256 = 0
    if epoch > latest:
        matured = self.buckets[lane][epoch % 2] & lane_record.AMOUNT
    if epoch > latest + 1:
        matured += self.buckets[lane][1 - epoch % 2] & lane_record.AMOUNT
    return matured


@internal
def _mature(payer: address, payee: address, token: address, lane: bytes32) -> uint256:
    """
    @dev Gives the payee what has matured.
    """
    record: uint256 = vaults.records[lane]
    refusals._unless(record & lane_record.HOLDBACK != 0, "No hold-back agreed.")
    matured: uint256 = self._rotate(lane, record & lane_record.AMOUNT)
    if matured > 0:
        vaults._add_free(token, payee, self._pass_on(payer, payee, token, matured, record))
    return matured


@internal
def _pass_on(payer: address, payee: address, token: address, matured: uint256, record: uint256) -> uint256:
    """
    @dev Returns what is to be added to the payee's free money.
    """
    log Collected(payer=payer, payee=payee, token=token, amount=matured)
    return vaults._income(payer, payee, token, matured, record)


@internal
def _set_terms(lane: bytes32, window: uint256, arbiter: address):
    held: uint256 = (self.buckets[lane][0] | self.buckets[lane][1]) & lane_record.AMOUNT
    refusals._unless(held == 0, "Collect the held money first.")
    record: uint256 = vaults.records[lane]
    if window == 0:
        vaults.records[lane] = record & ~lane_record.HOLDBACK
        self.terms[lane] = 0
        return
    vaults.records[lane] = record | lane_record.HOLDBACK
    epoch: uint256 = block.timestamp // window
    self.terms[lane] = (epoch << EPOCH) | (window << WINDOW) | convert(arbiter, uint256)
    start: uint256 = (record & lane_record.AMOUNT) << START
    self.buckets[lane] = [start, start]


@internal
@view
def _check_agrees(party: address, message: bytes32, deadline: uint256, signature: Signature):
    if msg.sender != party:
        hot_keys._check_signed(
            party, hot_keys.OWN_KEY, message, deadline, signature.v, signature.r, signature.s
        )


@internal
@pure
def _is_held(terms: uint256, epoch: uint256) -> bool:
    latest: uint256 = terms >> EPOCH
    return epoch == latest or epoch + 1 == latest


@internal
@pure
def _window(terms: uint256) -> uint256:
    return (terms >> WINDOW) & (2**32 - 1)


@internal
@pure
def _arbiter(terms: uint256) -> address:
    return convert(terms & (2**WINDOW - 1), address)
