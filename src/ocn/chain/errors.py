"""What can go wrong between this program and a chain.

::

    ChainError
    ├── ChainUnavailable    the endpoint was not reached, too slow, or does not speak JSON-RPC; later may help
    │   └── AnswerTooLarge  the answer is beyond the client's bound; ask for less
    ├── ChainRejected       the endpoint understood and refused; ``code``, ``data``
    ├── ChainReverted       a contract refused; ``reason``
    ├── TransactionPending  sent, but in no block within the time allowed; it may still happen
    ├── BadLog              an event whose data is not what its signature says
    └── WalletError         a key or keystore that cannot be read; never shows a secret
"""

from typing import Final

from ocn.errors import OcnError

_NO_REASON: Final = "execution reverted without a reason"


class ChainError(OcnError):
    """A failure of the chain or on the way to it."""


class ChainUnavailable(ChainError):
    """The endpoint was not reached, did not answer in time, or answered something else than JSON-RPC."""


class AnswerTooLarge(ChainUnavailable):
    """The answer exceeds the client's bound on bytes."""


class ChainRejected(ChainError):
    """The endpoint answered with a JSON-RPC error."""

    def __init__(self, method: str, code: int, text: str, data: object = None) -> None:
        super().__init__(f"the chain refused {method}: {text} (code {code})")
        self.method = method
        self.code = code
        self.text = text
        self.data = data


class ChainReverted(ChainError):
    """A contract refused a call or a transaction; the message is ``execution reverted: <reason>``."""

    def __init__(self, reason: str | None, *, transaction: str | None = None) -> None:
        super().__init__(f"execution reverted: {reason}" if reason else _NO_REASON)
        self.reason = reason
        self.transaction = transaction


class TransactionPending(ChainError):
    """A transaction was sent but is in no block yet; ``transaction`` is its hash."""

    def __init__(self, transaction: str, waited_s: float) -> None:
        super().__init__(
            f"transaction {transaction} is in no block after {waited_s:g} s",
            hint="It may still be included; ask for its receipt before sending again.",
        )
        self.transaction = transaction


class BadLog(ChainError):
    """Event data that does not fit the event's signature."""


class WalletError(ChainError):
    """A key or keystore that cannot be read or used."""
