"""Why an endpoint did not take a transaction, from the many words that endpoints have for it."""

from enum import Enum, auto
from typing import Final

from ocn.chain.errors import ChainRejected


class Refusal(Enum):
    """What a refused transaction means for whoever sent it."""

    KNOWN = auto()
    """It has it already: as good as taken."""
    NONCE_USED = auto()
    """A transaction of this number is in a block; perhaps this very one."""
    UNDERPRICED = auto()
    """It has another one of this number and wants more, or wants more at all."""
    OTHER = auto()
    """Anything else, such as missing funds."""


# Of go-ethereum, anvil and the embedded chain; Nethermind (Energy Web); OpenEthereum; Erigon; Besu.
_WORDS: Final = (
    (Refusal.KNOWN, ("already known", "alreadyknown", "already imported", "same hash", "known transaction")),
    (Refusal.NONCE_USED, ("nonce too low", "oldnonce", "nonce is too low")),
    (
        Refusal.UNDERPRICED,
        (
            "underpriced",
            "same nonce",
            "feetoolow",
            "replacementnotallowed",
            "could not replace",
            "less than block base fee",
            "gas price supplied is too low",
        ),
    ),
)


def refusal(error: ChainRejected) -> Refusal:
    """Return what the endpoint meant."""
    text = error.text.lower()
    for meaning, words in _WORDS:
        if any(word in text for word in words):
            return meaning
    return Refusal.OTHER
