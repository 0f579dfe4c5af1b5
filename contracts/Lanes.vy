# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Lanes: settlement of charging sessions between two parties, in any token
@license Apache-2.0
@notice A party has one vault per token. For each counterparty it can set money aside (a reserve), and it
        signs one running total of what it owes (a voucher). Anybody can bring the latest voucher here; the
        payee then has the difference. Nobody owns this contract, nobody can change or stop it, and nobody but
        a party itself can move what is not owed. What this contract is made of stands in `lanes/`; here it is
        put together.
"""

from lanes import claims
from lanes import deposits
from lanes import disputes
from lanes import held_money
from lanes import hold_backs
from lanes import hot_keys
from lanes import lane_record
from lanes import notice
from lanes import reserves
from lanes import setoffs
from lanes import vaults
from parts import typed_signatures

initializes: notice
initializes: typed_signatures
initializes: vaults
initializes: hot_keys[notice := notice, typed_signatures := typed_signatures]
initializes: reserves[
    hot_keys := hot_keys, notice := notice, typed_signatures := typed_signatures, vaults := vaults
]
initializes: deposits[
    hot_keys := hot_keys, reserves := reserves, typed_signatures := typed_signatures, vaults := vaults
]
initializes: setoffs[
    hot_keys := hot_keys, notice := notice, typed_signatures := typed_signatures, vaults := vaults
]
initializes: held_money[vaults := vaults]
initializes: hold_backs[
    held_money := held_money, hot_keys := hot_keys, typed_signatures := typed_signatures
]
initializes: disputes[held_money := held_money, hot_keys := hot_keys, vaults := vaults]
initializes: claims[
    held_money := held_money, hot_keys := hot_keys, typed_signatures := typed_signatures, vaults := vaults
]

exports: (
    claims.__interface__,
    deposits.__interface__,
    disputes.__interface__,
    hold_backs.__interface__,
    hot_keys.__interface__,
    notice.__interface__,
    reserves.__interface__,
    setoffs.__interface__,
    typed_signatures.__interface__,
)


@deploy
def __init__(delay: uint256):
    notice.__init__(delay)
    typed_signatures.__init__("OCN Lanes")


@external
@view
def free(party: address, token: address) -> uint256:
    return vaults.free_of[token][party]


@external
@view
def exposure(
    payer: address, payee: address, token: address
) -> (uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @notice What a voucher could pay now, and of what: reserved, free; then claimed so far, the announced part
            of the reserve, and the time from which that may leave.
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    record: uint256 = vaults.records[lane]
    reserved: uint256 = (record >> lane_record.RESERVED) & lane_record.AMOUNT
    free: uint256 = vaults.free_of[token][payer]
    exit: uint256 = 0
    ready_at: uint256 = 0
    exit, ready_at = vaults._exit(lane)
    return reserved + free, reserved, free, record & lane_record.AMOUNT, exit, ready_at
