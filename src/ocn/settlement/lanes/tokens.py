"""What a token says of itself, read once and believed only within bounds.

A token is a stranger's contract: it may claim 255 decimals, name itself in megabytes or in control
characters, or burn all gas it is given. Decimals decide what an amount means, so a token without credible
ones is refused; a symbol is for people, so one that is not credible is replaced by the address.
"""

from dataclasses import dataclass
from typing import Final

from ocn.chain.client import ChainClient
from ocn.chain.contract import Function
from ocn.chain.errors import ChainError, ChainRejected, ChainReverted
from ocn.settlement.core.amounts import MOST_DECIMALS
from ocn.settlement.lanes.erc20 import ALLOWANCE, BALANCE_OF, DECIMALS, SYMBOL

_GAS: Final = 100_000
"""A token's answer to a question about itself costs a few thousand."""
_WORD: Final = 32
_LONGEST_SYMBOL: Final = 16
_LONGEST_ANSWER: Final = 4096


class TokenUnusable(ChainError):
    """A token that does not say credibly how many decimals it has, or is none."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token; its symbol is for people only, and anybody may choose any."""

    address: str
    symbol: str
    decimals: int


class Tokens:
    """Asks each token once. Amounts of a token that changes its decimals keep their meaning."""

    def __init__(self, chain: ChainClient) -> None:
        self._chain = chain
        self._known: dict[str, Token] = {}

    async def token(self, address: str) -> Token:
        """Return what the token at this address (EIP-55 case) says of itself.

        Raises:
            TokenUnusable: there is no token, or none with from 0 to 36 decimals.
            ChainUnavailable: the chain does not answer.
        """
        known = self._known.get(address)
        if known is None:
            decimals = await self._decimals(address)
            known = Token(address, await self._symbol(address), decimals)
            self._known[address] = known
        return known

    async def balance(self, token: str, account: str) -> int:
        """Return what an account has in its wallet, in units."""
        return await self._amount(token, BALANCE_OF, account.lower())

    async def allowance(self, token: str, account: str, spender: str) -> int:
        """Return what a contract may take of it."""
        return await self._amount(token, ALLOWANCE, account.lower(), spender.lower())

    async def _amount(self, token: str, function: Function, *arguments: object) -> int:
        answer = await self._ask(token, function, *arguments)
        if len(answer) < _WORD:
            raise TokenUnusable(
                f"there is no token at {token}", hint="Is this the right network and address?"
            )
        return int.from_bytes(answer[:_WORD], "big")

    async def _decimals(self, address: str) -> int:
        decimals = await self._amount(address, DECIMALS)
        if decimals > MOST_DECIMALS:
            raise TokenUnusable(f"the token at {address} claims to have more than {MOST_DECIMALS} decimals")
        return decimals

    async def _symbol(self, address: str) -> str:
        short = f"{address[:6]}..{address[-4:]}"
        try:
            answer = await self._ask(address, SYMBOL)
        except TokenUnusable:
            return short
        return _text(answer) or short

    async def _ask(self, token: str, function: Function, *arguments: object) -> bytes:
        try:
            return await self._chain.call_contract(token, function.encode(*arguments), gas=_GAS)
        except (ChainReverted, ChainRejected) as error:
            raise TokenUnusable(
                f"the token at {token} does not answer {function.signature}: {error.message}"
            ) from error


def _text(answer: bytes) -> str:
    """Read a ``string``, or a ``bytes32`` as some old tokens have it; empty unless short printable ASCII."""
    if len(answer) == _WORD:
        raw = answer.rstrip(b"\0")
    elif 2 * _WORD <= len(answer) <= _LONGEST_ANSWER:
        length = int.from_bytes(answer[_WORD : 2 * _WORD], "big")
        raw = answer[2 * _WORD : 2 * _WORD + length] if length <= _LONGEST_SYMBOL else b""
    else:
        raw = b""
    text = raw.decode("ascii", "replace") if len(raw) <= _LONGEST_SYMBOL else ""
    return text if text.isascii() and text.isprintable() and text.strip() == text else ""
