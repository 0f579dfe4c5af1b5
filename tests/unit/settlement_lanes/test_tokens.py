"""What a token says of itself is believed within bounds, and asked once."""

from collections.abc import Sequence
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainRejected, ChainUnavailable
from ocn.settlement.lanes.erc20 import DECIMALS, SYMBOL
from ocn.settlement.lanes.tokens import Token, Tokens, TokenUnusable
from ocn.signing.addresses import checksummed

ADDRESS = checksummed(b"\xab" * 20)
SHORT = f"{ADDRESS[:6]}..{ADDRESS[-4:]}"
SIX = encode(["uint8"], [6])


class ScriptedToken:
    """Answers as a token does, or as one that means ill."""

    def __init__(self, decimals: Any, symbol: Any) -> None:
        self._answers = {DECIMALS.selector: decimals, SYMBOL.selector: symbol}
        self.asked: list[dict[str, Any]] = []

    async def call(self, method: str, *params: Any) -> Any:
        assert method == "eth_call"
        self.asked.append(params[0])
        answer = self._answers[bytes.fromhex(params[0]["data"][2:10])]
        if isinstance(answer, Exception):
            raise answer
        return "0x" + answer.hex()

    async def batch(self, calls: Sequence[Any]) -> list[Any]:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is open."""


def tokens(decimals: Any, symbol: Any) -> tuple[Tokens, ScriptedToken]:
    script = ScriptedToken(decimals, symbol)
    return Tokens(ChainClient(script)), script


async def test_token_is_asked_once_and_with_little_gas() -> None:
    known, script = tokens(SIX, encode(["string"], ["EUR"]))
    for _ in range(2):
        assert await known.token(ADDRESS) == Token(ADDRESS, "EUR", 6)
    assert len(script.asked) == 2
    assert all(int(asked["gas"], 16) <= 100_000 for asked in script.asked)


async def test_symbol_of_an_old_token_is_read_from_one_word() -> None:
    known, _ = tokens(encode(["uint8"], [18]), b"MKR".ljust(32, b"\0"))
    assert (await known.token(ADDRESS)).symbol == "MKR"


@pytest.mark.parametrize(
    "symbol",
    [
        b"",
        encode(["string"], [""]),
        encode(["string"], ["E" * 17]),
        encode(["string"], ["EUR\x1b[2J"]),
        encode(["string"], ["EUR\n"]),
        encode(["string"], ["ЕUR"]),  # its first letter is Cyrillic
        encode(["string"], [" EUR"]),
        encode(["string"], ["x" * 100_000]),
        (32).to_bytes(32, "big") + (2**255).to_bytes(32, "big"),
        (32).to_bytes(32, "big") + (16).to_bytes(32, "big"),
        b"\xff" * 32,
        b"\xff" * 64,
        ChainRejected("eth_call", 3, "execution reverted"),
    ],
)
async def test_symbol_that_is_not_credible_gives_way_to_the_address(symbol: Any) -> None:
    known, _ = tokens(SIX, symbol)
    assert await known.token(ADDRESS) == Token(ADDRESS, SHORT, 6)


@pytest.mark.parametrize(
    ("decimals", "said"),
    [
        ((37).to_bytes(32, "big"), "more than 36 decimals"),
        ((2**256 - 1).to_bytes(32, "big"), "more than 36 decimals"),
        (b"", "no token"),
        (b"\x06", "no token"),
        (ChainRejected("eth_call", -32000, "out of gas"), "does not answer decimals"),
        (ChainRejected("eth_call", 3, "execution reverted: no"), "does not answer decimals"),
    ],
)
async def test_token_without_credible_decimals_is_refused(decimals: Any, said: str) -> None:
    known, _ = tokens(decimals, encode(["string"], ["EUR"]))
    with pytest.raises(TokenUnusable, match=said):
        await known.token(ADDRESS)


async def test_chain_that_is_away_is_no_judgement_of_the_token() -> None:
    known, _ = tokens(ChainUnavailable("away"), b"")
    with pytest.raises(ChainUnavailable):
        await known.token(ADDRESS)


@given(st.binary(max_size=300))
async def test_any_answer_gives_a_symbol_that_a_terminal_can_show(answer: bytes) -> None:
    known, _ = tokens(SIX, answer)
    symbol = (await known.token(ADDRESS)).symbol
    assert symbol.isascii()
    assert symbol.isprintable()
    assert 0 < len(symbol) <= 16
