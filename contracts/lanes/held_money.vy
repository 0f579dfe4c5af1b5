# pragma version 0.4.3
# pragma evm-version london
"""
@title Money that is held back for a while
@license Apache-2.0
@notice Time is cut into epochs of one window. What a lane pays in an epoch lies in one bucket until the epoch
        after the next begins, so it is held for more than one window and at most two; and two buckets serve
        for ever, because a new one takes the place of one that is free by then.
"""

from lanes import lane_record
from lanes import refusals
from lanes import vaults

uses: vaults


event Collected:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    amount: uint256


# Where the parts of a word begin that are not at its lowest bit.
WINDOW: constant(uint256) = 160
EPOCH: constant(uint256) = 192
START: constant(uint256) = 120

# lane -> arbiter (160 bits), window (32 bits), epoch that the newer bucket belongs to (64 bits)
terms: HashMap[bytes32, uint256]
# lane -> parity of the epoch -> held amount (120 bits), what the lane had claimed when the bucket was opened
buckets: HashMap[bytes32, uint256[2]]
# lane -> parity of the epoch -> evidence of the last voucher claimed into the bucket
evidence: HashMap[bytes32, bytes32[2]]


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
    @dev Puts a payment into the bucket of this epoch; the record is the lane's from before it. Returns what
         has matured by now and is to be added to the payee's free money.
    """
    matured: uint256 = self._rotate(lane, record & lane_record.AMOUNT)
    parity: uint256 = (self.terms[lane] >> EPOCH) % 2
    self.buckets[lane][parity] += paid
    self.evidence[lane][parity] = evidence_hash
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
