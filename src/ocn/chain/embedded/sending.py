"""The JSON-RPC methods that run code: calls, estimates, transactions (signed, or of a public account)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ocn.chain.development_accounts import BY_ADDRESS
from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import LIMIT_EXCEEDED, RpcError, invalid_params, refused
from ocn.chain.embedded.estimating import sufficient_gas
from ocn.chain.embedded.evm import failure_as_error
from ocn.chain.embedded.logs import HEAD_TAGS
from ocn.chain.embedded.quantities import (
    UINT64,
    ZERO_ADDRESS,
    data,
    parse_address,
    parse_data,
    parse_quantity,
    quantity,
)
from ocn.chain.embedded.reading import resolve_block
from ocn.chain.embedded.transactions import MAX_RAW_SIZE, AccessList, Call, sign_legacy

MAX_ACCESS_LIST: Final = 256


class Sending:
    """See the module."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def methods(self) -> Mapping[str, Callable[..., Any]]:
        """Names on the wire to what answers them."""
        return {
            "eth_call": self.call,
            "eth_estimateGas": self.estimate,
            "eth_sendRawTransaction": self.send_raw,
            "eth_sendTransaction": self.send,
        }

    def call(self, request: Any, block: Any = "latest") -> str:
        """What a call would return; gas costs nothing in it."""
        call = parse_call(request, self._chain.settings.call_gas_limit)
        if block == "pending":
            outcome = self._chain.call_pending(call)
        else:
            outcome = self._chain.call(call, resolve_block(self._chain, block))
        if outcome.failure:
            raise failure_as_error(outcome)
        return data(outcome.output)

    def estimate(self, request: Any, block: Any = "latest") -> str:
        """Gas for the next block."""
        if (
            isinstance(block, str)
            and block not in HEAD_TAGS
            and resolve_block(self._chain, block) != self._chain.head.number
        ):
            raise refused("gas can be estimated for the newest block only")
        return quantity(sufficient_gas(self._chain, parse_call(request, self._chain.head.gas_limit)))

    def send_raw(self, raw: Any) -> str:
        """Mine or queue a signed transaction."""
        if isinstance(raw, str) and len(raw) > 2 * MAX_RAW_SIZE + 2:
            raise RpcError(LIMIT_EXCEEDED, f"oversized data: limit {MAX_RAW_SIZE} bytes")
        return data(self._chain.submit(parse_data(raw, "transaction")))

    def send(self, request: Any) -> str:
        """Sign for a development account and mine; missing gas is estimated, a missing nonce is the next."""
        call = parse_call(request, self._chain.head.gas_limit)
        account = BY_ADDRESS.get(call.sender)
        if account is None:
            raise refused(
                "unknown account: only the development accounts can be signed for, send others' raw"
            )
        gas = (
            call.gas if _first(request, "gas", "gasLimit") is not None else sufficient_gas(self._chain, call)
        )
        price = _first(request, "gasPrice", "maxFeePerGas")
        fee = 0 if price is None else parse_quantity(price, "gasPrice")
        given = request.get("nonce")
        nonce = self._chain.account(call.sender).nonce if given is None else parse_quantity(given, "nonce")
        priced = Call(call.sender, call.to, gas, call.value, call.data, fee, fee)
        return data(
            self._chain.submit(sign_legacy(priced, nonce, account.key_bytes, self._chain.settings.chain_id))
        )


def parse_call(request: Any, gas_limit: int) -> Call:
    """The transaction object of ``eth_call`` and its relatives; gas is capped, fees are ignored."""
    if not isinstance(request, Mapping):
        raise invalid_params("transaction: expected an object")
    sender, to = request.get("from"), request.get("to")
    gas, value = _first(request, "gas", "gasLimit"), request.get("value")
    payload = _first(request, "input", "data")
    return Call(
        sender=ZERO_ADDRESS if sender is None else parse_address(sender, "from"),
        to=parse_address(to, "to") if to else b"",
        gas=gas_limit if gas is None else min(parse_quantity(gas, "gas", limit=UINT64), gas_limit),
        value=0 if value is None else parse_quantity(value, "value"),
        data=b"" if payload is None else parse_data(payload, "data"),
        access_list=_access_list(request.get("accessList")),
    )


def _access_list(listed: Any) -> AccessList:
    if listed is None:
        return ()
    if not isinstance(listed, list) or len(listed) > MAX_ACCESS_LIST:
        raise invalid_params(f"accessList: expected a list of at most {MAX_ACCESS_LIST}")
    entries = []
    for entry in listed:
        if not isinstance(entry, Mapping) or not isinstance(slots := entry.get("storageKeys"), list):
            raise invalid_params("accessList: expected objects of address and storageKeys")
        keys = tuple(int.from_bytes(parse_data(slot, "storage key", size=32)) for slot in slots)
        entries.append((parse_address(entry.get("address")), keys))
    return tuple(entries)


def _first(request: Mapping[str, Any], *names: str) -> Any:
    return next((request[name] for name in names if request.get(name) is not None), None)
