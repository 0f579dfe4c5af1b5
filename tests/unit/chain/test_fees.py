"""Offers that replace one another, and never exceed what is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.chain.errors import ChainRejected
from ocn.chain.fees import Fee
from ocn.chain.refusals import Refusal, refusal

_WEI = st.integers(0, 10**15)
_FEES = st.one_of(st.builds(Fee, _WEI), st.tuples(_WEI, _WEI).map(lambda both: Fee(max(both), min(both))))


@given(_FEES)
def test_replacing_offer_is_at_least_a_tenth_higher_in_both_parts(fee: Fee) -> None:
    after = fee.replacing
    assert 10 * after.most >= 11 * fee.most
    assert after.most > fee.most
    if fee.tip is not None:
        assert after.tip is not None
        assert 10 * after.tip >= 11 * fee.tip
        assert fee.tip < after.tip <= after.most


@given(_FEES, _FEES, _WEI)
def test_offer_within_bounds_stays_one_that_chains_take(fee: Fee, other: Fee, cap: int) -> None:
    chosen = fee.at_least(other).bounded(cap)
    assert chosen.most <= cap
    assert chosen.tip is None or chosen.tip <= chosen.most


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("already known", Refusal.KNOWN),
        ("AlreadyKnown", Refusal.KNOWN),
        ("Transaction with the same hash was already imported.", Refusal.KNOWN),
        ("nonce too low: next nonce 4, tx nonce 3", Refusal.NONCE_USED),
        ("OldNonce, Current nonce: 4, nonce of rejected tx: 3", Refusal.NONCE_USED),
        ("replacement transaction underpriced", Refusal.UNDERPRICED),
        ("ReplacementNotAllowed", Refusal.UNDERPRICED),
        ("max fee per gas less than block base fee: address 0x, maxFeePerGas: 1", Refusal.UNDERPRICED),
        ("insufficient funds for gas * price + value", Refusal.OTHER),
    ],
)
def test_refusal_of_any_client_is_understood(text: str, meaning: Refusal) -> None:
    assert refusal(ChainRejected("eth_sendRawTransaction", -32000, text)) is meaning
