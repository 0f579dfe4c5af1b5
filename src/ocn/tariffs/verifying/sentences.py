"""What a verdict says in words, where numbers belong in the sentence."""

from fractions import Fraction

from ocn.tariffs.model import Claim
from ocn.tariffs.money import rounded
from ocn.tariffs.result import Amount, Priced
from ocn.tariffs.verifying.causes import Found
from ocn.tariffs.verifying.fitting import difference
from ocn.tariffs.writing.amount_texts import money_text
from ocn.tariffs.writing.words import amount_words

_SHARE_DIGITS = 3


def unexplained_sentence(priced: Priced, claim: Claim, found: Found) -> str:
    """Say how far the claim is off, and what comes nearest."""
    off = difference(priced.total, claim)
    sentence = (
        f"The claim is {_more_or_less(off)} than {amount_words(priced.total)} and no known cause gives it."
    )
    if found.nearest is None:
        return sentence
    nearest = found.nearest
    return f"{sentence} {nearest.codes[0]} comes nearest, with {amount_words(nearest.total)}."


def spans_sentence(low: Amount, high: Amount, claim: Claim) -> str:
    """Say that the claim is possible, and which share of the difference it took."""
    bounds = f"{amount_words(low)} to {amount_words(high)}"
    sentence = f"A period spans a price change; anything from {bounds} is possible."
    sides = ((low.excl, high.excl, claim.excl), (low.incl, high.incl, claim.incl))
    for least, most, theirs in sides:
        if least is not None and most is not None and theirs is not None and least != most:
            share = rounded((Fraction(theirs) - least) / (most - least) * 100, _SHARE_DIGITS)
            return f"{sentence} The claim has {money_text(share)} % of the way between them."
    return sentence


def _more_or_less(off: Amount) -> str:
    """Write a difference as "0.10 more (net)"."""
    sides = ((off.excl, "net"), (off.incl, "gross"))
    words = [
        f"{money_text(abs(value))} {'more' if value > 0 else 'less'} {name}" for value, name in sides if value
    ]
    return " and ".join(words)
