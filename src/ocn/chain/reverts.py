"""Why a contract refused: the reason in the many places where endpoints put it."""

import re

from ocn.chain.errors import ChainRejected, ChainReverted

_ERROR_STRING = bytes.fromhex("08c379a0")  # Error(string)
_PANIC = bytes.fromhex("4e487b71")  # Panic(uint256)
_HEX = re.compile(r"0x([0-9a-fA-F]*)")
_IN_TEXT = re.compile(r"revert(?:ed)?\b(?: with reason string)?:?\s*['\"]?(?P<reason>[^'\"]+)")
_MENTIONS_REVERT = re.compile(
    r"revert|invalid opcode|out of gas|VM Exception|VM execution error", re.IGNORECASE
)


def reverted(rejection: ChainRejected) -> ChainReverted | None:
    """Return the refusal by a contract that a JSON-RPC error reports, or None when it is another error.

    Geth and anvil put the revert data in ``data``, OpenEthereum writes ``Reverted 0x...`` there, ganache
    hangs an object on it, and some only have the sentence in the message.
    """
    data = _revert_data(rejection.data)
    if data is not None and data[:4] in (_ERROR_STRING, _PANIC):
        return ChainReverted(reason(data))
    if rejection.code == 3 or data is not None or _MENTIONS_REVERT.search(rejection.text):
        found = _IN_TEXT.search(rejection.text)
        return ChainReverted(found["reason"].strip() or None if found else None)
    return None


def reason(data: bytes) -> str | None:
    """Decode revert data: the text of ``Error(string)``, a panic by its number, None for anything else."""
    if data[:4] == _PANIC and len(data) >= 36:
        return f"panic 0x{int.from_bytes(data[4:36], 'big'):02x}"
    if data[:4] != _ERROR_STRING or len(data) < 68:
        return None
    length = int.from_bytes(data[36:68], "big")
    return data[68 : 68 + min(length, 1024)].decode("utf-8", "replace")


def _revert_data(data: object) -> bytes | None:
    if isinstance(data, dict):
        for value in (data.get("data"), data.get("result"), *data.values()):
            found = _revert_data(value)
            if found is not None:
                return found
        return None
    if not isinstance(data, str):
        return None
    match = _HEX.search(data)
    if match is None or len(match[1]) % 2:
        return None
    return bytes.fromhex(match[1])
