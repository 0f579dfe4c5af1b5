# pragma version 0.4.3
# pragma evm-version london
# pragma nonreentrancy on
"""
@title Claims: what a payer has signed becomes the payee's
@license Apache-2.0
@notice Anybody may bring vouchers; who does makes no difference to what happens. A voucher pays what it is
        above the lane's claimed total, out of the reserve first and then out of the payer's free money, as
        far as that goes. What is left stays owed, and the same voucher pays it later.
"""

from lanes import held_money
from lanes import hot_keys
from lanes import lane_record
from lanes import vaults
from lanes import vouchers
from parts import typed_signatures

uses: held_money
uses: hot_keys
uses: typed_signatures
uses: vaults


struct Item:
    payer: address
    cumulative: uint256
    evidence: bytes32
    r: bytes32
    vs: bytes32


struct Signed:
    cumulative: uint256
    evidence: bytes32
    r: bytes32
    vs: bytes32


event Claimed:
    payer: indexed(address)
    payee: indexed(address)
    token: indexed(address)
    claimed: uint256
    fromFree: uint256
    evidence: bytes32


event Netted:
    a: indexed(address)
    b: indexed(address)
    token: indexed(address)
    offset: uint256
    evidenceAB: bytes32
    evidenceBA: bytes32


# ERC-1271: what a contract wallet answers to a signature it stands by, and the gas it has for that.
CONFIRMED: constant(bytes32) = 0x1626ba7e00000000000000000000000000000000000000000000000000000000
WALLET_GAS: constant(uint256) = 400_000


@external
def claim(payee: address, token: address, items: DynArray[Item, 100]) -> uint256:
    """
    @notice Items that are stale, too large, not signed by their payer, or of a payer without money are passed
            over. Returns what was paid in total.
    @dev Hashes are spelled out as in lane_record and vouchers: calls would add 300 gas to every item. A
         hundred amounts cannot overflow a word.
    """
    domain: bytes32 = typed_signatures._domain_separator()
    total: uint256 = 0
    income: uint256 = 0
    for item: Item in items:
        lane: bytes32 = keccak256(abi_encode(item.payer, payee, token))
        record: uint256 = vaults.records[lane]
        claimed: uint256 = record & lane_record.AMOUNT
        if item.cumulative <= claimed or item.cumulative > lane_record.AMOUNT:
            continue
        message: bytes32 = keccak256(
            abi_encode(
                vouchers.VOUCHER, item.payer, payee, token, item.cumulative, item.evidence
            )
        )
        digest: bytes32 = keccak256(concat(b"\x19\x01", domain, message))
        signer: address = vouchers._signer(digest, item.r, item.vs)
        reach: uint256 = hot_keys.EVERYTHING
        if signer != item.payer or signer == empty(address):
            reach = hot_keys._reach(item.payer, signer)
            if reach == hot_keys.NOTHING:
                continue
        paid: uint256 = 0
        free: uint256 = 0
        owed: uint256 = unsafe_sub(item.cumulative, claimed)
        paid, free = self._pay(item.payer, payee, token, lane, record, owed, item.evidence, reach)
        total = unsafe_add(total, paid)
        income = unsafe_add(income, free)
    vaults._add_free(token, payee, income)
    return total


@external
def claimOne(
    payer: address,
    payee: address,
    token: address,
    cumulative: uint256,
    evidence: bytes32,
    r: bytes32,
    vs: bytes32,
) -> uint256:
    """
    @notice One voucher; says what is wrong with it if nothing can be paid.
    """
    lane: bytes32 = keccak256(abi_encode(payer, payee, token))
    record: uint256 = vaults.records[lane]
    owed: uint256 = self._new(record, cumulative)
    digest: bytes32 = vouchers._digest(
        typed_signatures._domain_separator(), payer, payee, token, cumulative, evidence
    )
    reach: uint256 = hot_keys._reach(payer, vouchers._signer(digest, r, vs))
    assert reach != hot_keys.NOTHING, "Voucher not signed by its payer."
    paid: uint256 = 0
    free: uint256 = 0
    paid, free = self._pay(payer, payee, token, lane, record, owed, evidence, reach)
    return self._close(payee, token, paid, free)


@external
def claimWallet(
    payer: address,
    payee: address,
    token: address,
    cumulative: uint256,
    evidence: bytes32,
    signature: Bytes[2048],
) -> uint256:
    """
    @notice One voucher of a contract wallet, which is asked whether it stands by the signature (ERC-1271).
    """
    lane: bytes32 = lane_record._id(payer, payee, token)
    record: uint256 = vaults.records[lane]
    owed: uint256 = self._new(record, cumulative)
    digest: bytes32 = vouchers._digest(
        typed_signatures._domain_separator(), payer, payee, token, cumulative, evidence
    )
    assert self._confirms(payer, digest, signature), "Wallet denies the voucher."
    paid: uint256 = 0
    free: uint256 = 0
    paid, free = self._pay(
        payer, payee, token, lane, record, owed, evidence, hot_keys.EVERYTHING
    )
    return self._close(payee, token, paid, free)


@external
def net(a: address, b: address, token: address, ab: Signed, ba: Signed) -> uint256:
    """
    @notice `ab` is what a owes b, `ba` what b owes a. The lesser of both debts is set off without any money;
            the difference is paid as by a claim, and returned. A voucher with nothing new counts as no debt.
    """
    lane_record._check_pair(a, b)
    domain: bytes32 = typed_signatures._domain_separator()
    lane_ab: bytes32 = lane_record._id(a, b, token)
    lane_ba: bytes32 = lane_record._id(b, a, token)
    record_ab: uint256 = vaults.records[lane_ab]
    record_ba: uint256 = vaults.records[lane_ba]
    owed_ab: uint256 = self._owed(domain, a, b, token, record_ab, ab)
    owed_ba: uint256 = self._owed(domain, b, a, token, record_ba, ba)
    offset: uint256 = min(owed_ab, owed_ba)
    if offset > 0:
        # claimed stays within what the vouchers say, and so within its bits
        record_ab = unsafe_add(record_ab, offset)
        record_ba = unsafe_add(record_ba, offset)
        vaults.records[lane_ab] = record_ab
        vaults.records[lane_ba] = record_ba
        log Netted(
            a=a, b=b, token=token, offset=offset, evidenceAB=ab.evidence, evidenceBA=ba.evidence
        )
    paid: uint256 = 0
    free: uint256 = 0
    if owed_ab > owed_ba:
        paid, free = self._pay(
            a, b, token, lane_ab, record_ab, owed_ab - offset, ab.evidence, hot_keys.EVERYTHING
        )
        vaults._add_free(token, b, free)
    else:
        paid, free = self._pay(
            b, a, token, lane_ba, record_ba, owed_ba - offset, ba.evidence, hot_keys.EVERYTHING
        )
        vaults._add_free(token, a, free)
    return paid


@internal
@pure
def _new(record: uint256, cumulative: uint256) -> uint256:
    """
    @dev What a voucher brings above the lane's record; at least one unit.
    """
    assert cumulative <= lane_record.AMOUNT, "Cumulative too large."
    claimed: uint256 = record & lane_record.AMOUNT
    assert cumulative > claimed, "Nothing new in this voucher."
    return unsafe_sub(cumulative, claimed)


@internal
@view
def _owed(
    domain: bytes32, payer: address, payee: address, token: address, record: uint256, voucher: Signed
) -> uint256:
    """
    @dev A voucher that reaches the reserve only cannot be set off: its payer has taken the key back.
    """
    assert record & lane_record.HOLDBACK == 0, "Lane holds back: claim instead."
    claimed: uint256 = record & lane_record.AMOUNT
    if voucher.cumulative <= claimed:
        return 0
    owed: uint256 = self._new(record, voucher.cumulative)
    digest: bytes32 = vouchers._digest(
        domain, payer, payee, token, voucher.cumulative, voucher.evidence
    )
    reach: uint256 = hot_keys._reach(payer, vouchers._signer(digest, voucher.r, voucher.vs))
    assert reach == hot_keys.EVERYTHING, "Voucher not signed by its payer."
    return owed


@internal
def _close(payee: address, token: address, paid: uint256, free: uint256) -> uint256:
    assert paid > 0, "Payer has no money."
    vaults._add_free(token, payee, free)
    return paid


@internal
def _pay(
    payer: address,
    payee: address,
    token: address,
    lane: bytes32,
    record: uint256,
    owed: uint256,
    evidence: bytes32,
    reach: uint256,
) -> (uint256, uint256):
    """
    @dev Of what a good voucher brings above the lane's record. Returns what was paid, and what of it the
         caller has to add to the payee's free money: all of it, unless the lane holds back or sets off.
    """
    from_reserve: uint256 = min(owed, (record >> lane_record.RESERVED) & lane_record.AMOUNT)
    from_free: uint256 = 0
    if owed > from_reserve and reach == hot_keys.EVERYTHING:
        free: uint256 = vaults.free_of[token][payer]
        from_free = min(owed - from_reserve, free)
        vaults.free_of[token][payer] = free - from_free
    paid: uint256 = unsafe_add(from_reserve, from_free)
    if paid == 0:
        return 0, 0

    # what is claimed grows up to what the voucher says, what is reserved falls: both stay within their bits
    after: uint256 = unsafe_sub(unsafe_add(record, paid), from_reserve << lane_record.RESERVED)
    if record & lane_record.EXITING != 0:
        after = vaults._shrink_exit(lane, after, from_reserve)
    vaults.records[lane] = after
    log Claimed(
        payer=payer,
        payee=payee,
        token=token,
        claimed=after & lane_record.AMOUNT,
        fromFree=from_free,
        evidence=evidence,
    )
    if record & (lane_record.SETOFF | lane_record.HOLDBACK) == 0:
        return paid, paid
    if record & lane_record.HOLDBACK != 0:
        return paid, held_money._hold(payer, payee, token, lane, record, paid, evidence)
    return paid, vaults._income(payer, payee, token, paid, record)


@internal
@view
def _confirms(wallet: address, digest: bytes32, signature: Bytes[2048]) -> bool:
    answered: bool = False
    answer: Bytes[33] = b""
    answered, answer = raw_call(
        wallet,
        abi_encode(digest, signature, method_id=method_id("isValidSignature(bytes32,bytes)")),
        max_outsize=33,
        gas=WALLET_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    return answered and len(answer) == 32 and convert(slice(answer, 0, 32), bytes32) == CONFIRMED
