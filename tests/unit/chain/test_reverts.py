"""The reason of a refusal, from the many places endpoints put it."""

import pytest
from eth_abi.abi import encode

from ocn.chain.errors import ChainRejected
from ocn.chain.reverts import reason, reverted

DATA = "0x08c379a0" + encode(["string"], ["No roles provided."]).hex()
REPORTS = [
    (3, "execution reverted: No roles provided.", DATA),
    (3, "execution reverted", DATA),
    (-32015, "VM execution error.", f"Reverted {DATA}"),
    (-32000, "VM Exception while processing transaction: revert No roles provided.", None),
    (-32000, "execution reverted: No roles provided.", None),
    (-32603, "reverted", {"0xabc": {"return": DATA}, "stack": "Error"}),
    (-32603, "Error: VM Exception ... reverted with reason string 'No roles provided.'", None),
]


@pytest.mark.parametrize(("code", "text", "data"), REPORTS)
def test_reason_is_found_wherever_it_stands(code: int, text: str, data: object) -> None:
    found = reverted(ChainRejected("eth_call", code, text, data))
    assert found is not None
    assert found.reason == "No roles provided."


def test_refusal_without_a_reason_is_still_one() -> None:
    found = reverted(ChainRejected("eth_call", 3, "execution reverted", "0x"))
    assert found is not None
    assert found.reason is None
    assert "without a reason" in found.message


@pytest.mark.parametrize("text", ["nonce too low", "method not found", "insufficient funds for gas"])
def test_other_errors_are_no_refusal_by_a_contract(text: str) -> None:
    assert reverted(ChainRejected("eth_sendRawTransaction", -32000, text)) is None


def test_panic_is_told_by_its_number() -> None:
    assert reason(bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big")) == "panic 0x11"


@pytest.mark.parametrize("data", [b"", b"\x08\xc3\x79\xa0", bytes.fromhex("08c379a0") + b"\xff" * 64])
def test_broken_revert_data_does_no_harm(data: bytes) -> None:
    assert reason(data) in (None, "")
