# pragma version 0.4.3
# pragma evm-version london
"""
@title Who has what: free money of parties, and reserves of lanes
@license Apache-2.0
@notice Nothing here moves tokens or asks who may act; that is for the doors. Money moves between the places
        of this ledger and never appears or vanishes, except where a door has taken tokens in or sends them
        out. Held at all times:
        - the announced part of a reserve (the exit) is at most the reserve, and EXITING says whether there is
          one;
        - what came into a reserve after an exit was announced does not leave by that exit: whatever is taken
          from the reserve is taken from the announced part first.
"""

from lanes import lane_record
from lanes import refusals

EXIT_READY: constant(uint256) = 120  # where the time begins in the word of an exit

# token -> party -> free money
free_of: HashMap[address, HashMap[address, uint256]]
# lane -> see lane_record
records: HashMap[bytes32, uint256]
# lane -> announced amount (120 bits), time from which it may leave; zero if nothing is announced
exits: HashMap[bytes32, uint256]


@internal
def _add_free(token: address, party: address, amount: uint256):
    self.free_of[token][party] += amount


@internal
def _take_free(token: address, party: address, amount: uint256):
    free: uint256 = self.free_of[token][party]
    refusals._unless(amount <= free, "Not enough free money.")
    self.free_of[token][party] = free - amount


@internal
def _add_reserve(payer: address, payee: address, token: address, amount: uint256):
    """
    @dev Cannot fail for a token that tells the truth, see token_moves.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    record: uint256 = self.records[lane]
    reserved: uint256 = (record >> lane_record.RESERVED) & lane_record.AMOUNT
    refusals._unless(amount <= lane_record.AMOUNT - reserved, "Amount too large.")
    self.records[lane] = record + (amount << lane_record.RESERVED)


@internal
def _take_reserve(lane: bytes32, amount: uint256):
    record: uint256 = self._with_reserve(lane, amount)
    self.records[lane] = self._shrink_exit(lane, record - (amount << lane_record.RESERVED), amount)


@internal
@view
def _with_reserve(lane: bytes32, amount: uint256) -> uint256:
    """
    @dev The record of a lane that has this much reserved.
    """
    record: uint256 = self.records[lane]
    reserved: uint256 = (record >> lane_record.RESERVED) & lane_record.AMOUNT
    refusals._unless(amount <= reserved, "Not enough reserved money.")
    return record


@internal
def _shrink_exit(lane: bytes32, record: uint256, taken: uint256) -> uint256:
    """
    @dev After an amount was taken from the reserve: it was the announced part first. Returns the record with
         the flag that it has now; the caller writes it.
    """
    if record & lane_record.EXITING == 0:
        return record
    exit: uint256 = self.exits[lane]
    if taken < exit & lane_record.AMOUNT:
        self.exits[lane] = exit - taken
        return record
    self.exits[lane] = 0
    return record ^ lane_record.EXITING


@internal
def _announce_exit(lane: bytes32, amount: uint256, ready_at: uint256):
    """
    @dev Replaces what was announced before.
    """
    record: uint256 = self._with_reserve(lane, amount)
    if amount == 0:
        self.exits[lane] = 0
        self.records[lane] = record & ~lane_record.EXITING
    else:
        self.exits[lane] = (ready_at << EXIT_READY) | amount
        self.records[lane] = record | lane_record.EXITING


@internal
@view
def _exit(lane: bytes32) -> (uint256, uint256):
    """
    @dev Announced amount, and the time from which it may leave.
    """
    exit: uint256 = self.exits[lane]
    return exit & lane_record.AMOUNT, exit >> EXIT_READY


@internal
def _income(payer: address, payee: address, token: address, amount: uint256, record: uint256) -> uint256:
    """
    @dev What the payee gets through a lane with this record. Returns what the caller has to add to the
         payee's free money, so that a claim of many vouchers does that once.
    """
    if record & lane_record.SETOFF == 0:
        return amount
    self._add_reserve(payee, payer, token, amount)
    return 0
