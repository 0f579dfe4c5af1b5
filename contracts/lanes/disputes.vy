# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Disputes over money that is held back
@license Apache-2.0
@notice While it is held the payer can freeze what one leaf of the claimed evidence cost. The payee concedes
        it, the payer gives it up, the arbiter divides it, or it falls to the payee when the arbiter has not
        decided in time.
"""

from lanes import evidence
from lanes import held_money
from lanes import hot_keys
from lanes import lane_record
from lanes import refusals
from lanes import vaults

uses: held_money
uses: hot_keys
uses: vaults


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


# How many windows the arbiter has.
ARBITRATION: constant(uint256) = 8

TIMEOUT: constant(uint256) = 120  # where the time begins in the word of a dispute

# lane and leaf -> frozen amount (120 bits), end of the arbiter's time; the latter stays when it is resolved
disputes: HashMap[bytes32, uint256]


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
    @notice Freezes what the leaf cost, as far as it is still held. `before` is the evidence before the
            voucher that brought the leaf; links are that voucher and those after it, up to the last one
            claimed in that epoch.
    """
    refusals._unless(
        hot_keys._may(payer, msg.sender, hot_keys.VOUCHERS), "Only the payer may dispute."
    )
    lane: bytes32 = lane_record._id(payer, payee, token)
    held_money._mature(payer, payee, token, lane)
    terms: uint256 = held_money.terms[lane]
    refusals._unless(held_money._is_held(terms, epoch), "Bucket is not held any more.")

    leaf_hash: bytes32 = evidence._hash(leaf)
    root: bytes32 = leaf_hash
    for sibling: bytes32 in proof:
        root = evidence._node(root, sibling)
    chained: bytes32 = before
    for link: evidence.Link in links:
        chained = evidence._chained(chained, link)
    refusals._unless(
        root == links[0].root and chained == held_money.evidence[lane][epoch % 2],
        "Not the evidence claimed.",
    )
    bucket: uint256 = held_money.buckets[lane][epoch % 2]
    refusals._unless(links[0].cumulative > bucket >> held_money.START, "Leaf belongs to an older bucket.")
    key: bytes32 = keccak256(concat(lane, leaf_hash))
    refusals._unless(self.disputes[key] == 0, "Leaf already disputed.")
    frozen: uint256 = min(leaf.amount, bucket & lane_record.AMOUNT)
    refusals._unless(frozen > 0, "Nothing held to freeze.")

    timeout: uint256 = block.timestamp + ARBITRATION * held_money._window(terms)
    held_money.buckets[lane][epoch % 2] = bucket - frozen
    self.disputes[key] = (timeout << TIMEOUT) | frozen
    log Disputed(payer=payer, payee=payee, token=token, leaf=leaf_hash, amount=frozen, timeout=timeout)
    return frozen


@external
def resolve(payer: address, payee: address, token: address, leafHash: bytes32, toPayer: uint256):
    """
    @notice Ends a dispute. The payee may give all of it back, the payer may give it up; the arbiter may
            divide it while its time lasts, after that anybody may give it to the payee.
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
        or (in_time and msg.sender == held_money._arbiter(held_money.terms[lane]))
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
def disputed(payer: address, payee: address, token: address, leafHash: bytes32) -> (uint256, uint256):
    """
    @notice Frozen amount, and when the arbiter's time ends. Amount zero with a time: resolved.
    """
    key: bytes32 = keccak256(concat(lane_record._id(payer, payee, token), leafHash))
    entry: uint256 = self.disputes[key]
    return entry & lane_record.AMOUNT, entry >> TIMEOUT
