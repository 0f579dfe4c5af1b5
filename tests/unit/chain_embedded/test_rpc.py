"""The wire: shapes, errors, limits, filters, calls and estimates."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import RpcError
from ocn.chain.embedded.rpc import Dispatcher

Rpc = Callable[..., Any]
Send = Callable[..., dict[str, Any]]
Deploy = Callable[[str], str]

FIRST, SECOND = (account.address.lower() for account in DEVELOPMENT_ACCOUNTS[:2])
NOBODY = "0x" + "00" * 20
REFUSER = "366000600037" + "366000fd"
"""Reverts with its calldata."""
SPINNER = "5b600056"


def word(number: int) -> str:
    return f"{number:064x}"


def error_string(text: str) -> str:
    return "08c379a0" + word(32) + word(len(text)) + text.encode().hex().ljust(64, "0")


@pytest.fixture
def logger(deploy: Deploy) -> str:
    """log1(data = calldata word 0, topic = calldata word 1)."""
    return deploy("600035600052602035" + "60206000" + "a1" + "00")


def topics(logs: list[dict[str, Any]]) -> list[int]:
    return [int(log["topics"][0], 16) for log in logs]


def test_identity_is_what_the_existing_client_expects(rpc: Rpc) -> None:
    assert (rpc("net_version"), rpc("eth_chainId")) == ("9", "0x9")
    assert rpc("eth_gasPrice") == "0x0"
    assert rpc("eth_syncing") is False
    assert len(rpc("eth_accounts")) == 20
    assert rpc("eth_getBalance", FIRST, "latest") == hex(100 * 10**18)
    assert "py-evm" in rpc("web3_clientVersion")
    assert rpc("eth_getBlockByNumber", "latest", False)["gasLimit"] == hex(10_000_000)


def test_receipt_of_a_creation_has_every_field(rpc: Rpc, send: Send) -> None:
    receipt = send(None, "0x600160005560016000f3", gas="0x30d40", gasPrice="0x3")
    block = rpc("eth_getBlockByNumber", "latest", True)
    assert receipt["status"] == "0x1"
    assert receipt["to"] is None
    assert receipt["contractAddress"] is not None
    assert rpc("eth_getCode", receipt["contractAddress"]) == "0x00"
    assert receipt["effectiveGasPrice"] == "0x3"
    assert receipt["gasUsed"] == receipt["cumulativeGasUsed"] == block["gasUsed"]
    assert receipt["blockHash"] == block["hash"]
    assert block["transactions"] == [rpc("eth_getTransactionByHash", receipt["transactionHash"])]
    assert rpc("eth_getBlockReceipts", block["hash"]) == [receipt]
    assert rpc("eth_getTransactionByBlockNumberAndIndex", "latest", "0x0") == block["transactions"][0]
    assert rpc("eth_getTransactionByBlockHashAndIndex", block["hash"], "0x1") is None
    assert rpc("eth_getBlockTransactionCountByHash", block["hash"]) == "0x1"
    assert rpc("eth_getBlockTransactionCountByNumber", "0x0") == "0x0"


def test_failed_transaction_is_mined_with_status_zero_and_no_logs(send: Send, deploy: Deploy) -> None:
    receipt = send(deploy("60006000a0" + "60006000fd"), gas="0xc350")
    assert receipt["status"] == "0x0"
    assert receipt["logs"] == []
    assert int(receipt["logsBloom"], 16) == 0
    assert int(receipt["gasUsed"], 16) < 50_000
    assert send(deploy("fe"), gas="0xc350")["gasUsed"] == "0xc350"


def test_bloom_holds_address_and_topic_of_each_log(rpc: Rpc, send: Send, logger: str) -> None:
    receipt = send(logger, "0x" + word(5) + word(7))
    bloom = int(receipt["logsBloom"], 16)
    for item in (logger, "0x" + word(7)):
        digest = bytes.fromhex(rpc("web3_sha3", item)[2:])
        for start in (0, 2, 4):
            assert bloom >> (int.from_bytes(digest[start : start + 2]) & 2047) & 1
    assert bloom.bit_count() <= 6
    assert rpc("eth_getBlockByNumber", "latest")["logsBloom"] == receipt["logsBloom"]


@pytest.mark.parametrize("method", ["eth_call", "eth_estimateGas"])
def test_revert_with_a_text_is_told_as_geth_does(rpc: Rpc, deploy: Deploy, method: str) -> None:
    payload = error_string("No roles provided.")
    with pytest.raises(RpcError) as caught:
        rpc(method, {"to": deploy(REFUSER), "data": "0x" + payload})
    assert caught.value.as_json() == {
        "code": 3,
        "message": "execution reverted: No roles provided.",
        "data": "0x" + payload,
    }


@pytest.mark.parametrize("payload", ["", "08c379a0", "deadbeef", "08c379a0" + word(32) + word(2**255)])
def test_revert_without_a_text_keeps_its_data(rpc: Rpc, deploy: Deploy, payload: str) -> None:
    with pytest.raises(RpcError) as caught:
        rpc("eth_call", {"to": deploy(REFUSER), "data": "0x" + payload})
    assert caught.value.as_json() == {"code": 3, "message": "execution reverted", "data": "0x" + payload}


@pytest.mark.parametrize(
    ("runtime", "text"),
    [
        ("fe", "invalid opcode"),
        ("5f", "invalid opcode"),
        ("01", "stack underflow"),
        ("600056", "invalid jump"),
    ],
)
def test_call_that_breaks_names_the_fault(rpc: Rpc, deploy: Deploy, runtime: str, text: str) -> None:
    with pytest.raises(RpcError, match=text):
        rpc("eth_call", {"to": deploy(runtime)})


def test_call_that_runs_long_is_cut_off(rpc: Rpc, deploy: Deploy) -> None:
    spinner = deploy(SPINNER)
    with pytest.raises(RpcError, match=r"execution aborted \(timeout = 0.5s\)"):
        rpc("eth_call", {"to": spinner})
    with pytest.raises(RpcError, match="out of gas"):
        rpc("eth_call", {"to": spinner, "gas": "0x7530"})


@pytest.mark.parametrize("call_seconds", [20.0])
def test_call_nested_as_deep_as_gas_allows_ends_well(rpc: Rpc, deploy: Deploy) -> None:
    """The contract calls itself with all gas and returns the depth; the limit outside stays as it was."""
    before = sys.getrecursionlimit()
    deeper = deploy("6000600052" + "602060006000600060003" + "05af150" + "600051600101600052" + "60206000f3")
    reached = int(rpc("eth_call", {"to": deeper, "gas": hex(30_000_000)}), 16)
    assert 300 < reached <= 1024
    assert sys.getrecursionlimit() == before


def test_call_with_more_value_than_the_sender_owns_is_refused(rpc: Rpc) -> None:
    with pytest.raises(RpcError, match="insufficient funds for transfer"):
        rpc("eth_call", {"from": NOBODY, "to": SECOND, "value": "0x1"})


def test_estimate_of_a_plain_transfer_is_exact(rpc: Rpc) -> None:
    assert rpc("eth_estimateGas", {"from": FIRST, "to": SECOND, "value": "0x1"}) == hex(21_000)


def test_estimate_suffices_and_is_not_far_above(rpc: Rpc, send: Send, logger: str) -> None:
    request = {"from": FIRST, "to": logger, "data": "0x" + word(5) + word(7)}
    estimate = int(rpc("eth_estimateGas", request), 16)
    receipt = send(logger, request["data"], gas=hex(estimate))
    used = int(receipt["gasUsed"], 16)
    assert receipt["status"] == "0x1"
    assert used <= estimate <= used * 1.02 + 2300


def test_estimate_where_the_used_gas_does_not_suffice_searches_upwards(rpc: Rpc, deploy: Deploy) -> None:
    """The contract demands 100,000 gas at its start and spends none of it."""
    picky = deploy("620186a0" + "5a11" + "600e57" + "60006000fd" + "5b00")
    estimate = int(rpc("eth_estimateGas", {"from": FIRST, "to": picky}), 16)
    assert 121_000 < estimate < 135_000
    rpc("eth_call", {"from": FIRST, "to": picky, "gas": hex(estimate)})


def test_logs_are_found_by_address_topic_and_range(rpc: Rpc, send: Send, logger: str, deploy: Deploy) -> None:
    other = deploy("600035600052602035" + "60206000" + "a1" + "00")
    for topic in (1, 2, 3):
        send(logger, "0x" + word(9) + word(topic))
    receipt = send(other, "0x" + word(9) + word(1))

    def find(**spec: Any) -> list[int]:
        return topics(rpc("eth_getLogs", {"fromBlock": "earliest", **spec}))

    assert find() == [1, 2, 3, 1]
    assert find(address=logger) == [1, 2, 3]
    assert find(address=[logger, other.upper().replace("0X", "0x")]) == [1, 2, 3, 1]
    assert find(topics=["0x" + word(1)]) == [1, 1]
    assert find(topics=[["0x" + word(3), "0x" + word(2)]]) == [2, 3]
    assert find(topics=[None]) == [1, 2, 3, 1]
    assert find(topics=[None, None]) == []
    assert find(address=logger, topics=["0x" + word(4)]) == []
    assert find(fromBlock="0x4", toBlock="0x4") == [2]
    assert find(fromBlock="0x63", toBlock="0x64") == []
    assert topics(rpc("eth_getLogs", {})) == [1]
    assert rpc("eth_getLogs", {"blockHash": receipt["blockHash"]}) == receipt["logs"]
    with pytest.raises(RpcError, match="unknown block"):
        rpc("eth_getLogs", {"blockHash": "0x" + word(1)})
    with pytest.raises(RpcError, match="cannot specify both"):
        rpc("eth_getLogs", {"blockHash": receipt["blockHash"], "fromBlock": "0x0"})
    with pytest.raises(RpcError, match="fromBlock is after toBlock"):
        rpc("eth_getLogs", {"fromBlock": "0x2", "toBlock": "0x1"})


def test_logs_beyond_the_limits_are_refused_with_the_limit(rpc: Rpc, send: Send, deploy: Deploy) -> None:
    many = deploy("60006000a0" * 51 + "00")
    send(many)
    with pytest.raises(RpcError, match="more than 50 results") as caught:
        rpc("eth_getLogs", {"fromBlock": "0x0"})
    assert caught.value.code == -32005
    rpc("evm_mine", {"blocks": 250})
    with pytest.raises(RpcError, match="max block range 200"):
        rpc("eth_getLogs", {"fromBlock": "0x0"})


def test_filters_tell_what_is_new_once(rpc: Rpc, send: Send, logger: str) -> None:
    blocks, pending = rpc("eth_newBlockFilter"), rpc("eth_newPendingTransactionFilter")
    logs = rpc("eth_newFilter", {"address": logger, "fromBlock": "0x0"})
    receipt = send(logger, "0x" + word(9) + word(1))
    assert rpc("eth_getFilterChanges", blocks) == [receipt["blockHash"]]
    assert rpc("eth_getFilterChanges", pending) == [receipt["transactionHash"]]
    assert rpc("eth_getFilterChanges", logs) == receipt["logs"]
    assert [rpc("eth_getFilterChanges", one) for one in (blocks, pending, logs)] == [[], [], []]
    assert rpc("eth_getFilterLogs", logs) == receipt["logs"]
    assert rpc("eth_uninstallFilter", logs) is True
    assert rpc("eth_uninstallFilter", logs) is False
    with pytest.raises(RpcError, match="filter not found"):
        rpc("eth_getFilterChanges", logs)


def test_filters_tell_replaced_blocks_again(rpc: Rpc, send: Send, logger: str) -> None:
    blocks, logs = rpc("eth_newBlockFilter"), rpc("eth_newFilter", {"address": logger})
    for topic in (1, 2, 3):
        send(logger, "0x" + word(9) + word(topic))
    assert topics(rpc("eth_getFilterChanges", logs)) == [1, 2, 3]
    assert len(rpc("eth_getFilterChanges", blocks)) == 3
    head = rpc("dev_reorg", "0x2")
    assert topics(rpc("eth_getFilterChanges", logs)) == [2, 3]
    told = rpc("eth_getFilterChanges", blocks)
    assert len(told) == 2
    assert told[-1] == head


def test_filters_beyond_the_limit_forget_the_one_not_asked_for_longest(rpc: Rpc) -> None:
    first, second = rpc("eth_newBlockFilter"), rpc("eth_newBlockFilter")
    for _ in range(254):
        rpc("eth_newBlockFilter")
    rpc("eth_getFilterChanges", first)
    rpc("eth_newBlockFilter")
    assert rpc("eth_getFilterChanges", first) == []
    with pytest.raises(RpcError, match="filter not found"):
        rpc("eth_getFilterChanges", second)


def test_control_methods_answer_as_their_models_do(rpc: Rpc) -> None:
    taken = rpc("evm_snapshot")
    assert rpc("evm_increaseTime", 3600) == 3600
    assert rpc("evm_mine") == "0x0"
    assert rpc("evm_mine", {"blocks": "0x3"}) == "0x0"
    assert rpc("eth_blockNumber") == "0x4"
    assert rpc("evm_revert", taken) is True
    assert rpc("eth_blockNumber") == "0x0"
    assert rpc("evm_revert", taken) is False


def test_fee_history_covers_the_blocks_asked_for(rpc: Rpc, send: Send) -> None:
    send(SECOND)
    history = rpc("eth_feeHistory", "0x5", "latest", [25, 75])
    assert history["oldestBlock"] == "0x0"
    assert history["baseFeePerGas"] == ["0x0"] * 3
    assert history["gasUsedRatio"] == [0.0, 0.0021]
    assert history["reward"] == [["0x0", "0x0"]] * 2


def test_state_of_an_old_block_is_read_by_number_and_by_hash(rpc: Rpc, send: Send) -> None:
    receipt = send(SECOND, value="0x5")
    send(SECOND, value="0x5")
    spec = {"blockHash": receipt["blockHash"]}
    assert rpc("eth_getBalance", SECOND, "0x0") == hex(100 * 10**18)
    assert rpc("eth_getBalance", SECOND, spec) == hex(100 * 10**18 + 5)
    rpc("dev_reorg", "0x2")
    with pytest.raises(RpcError, match="header not found"):
        rpc("eth_getBalance", SECOND, spec)
    with pytest.raises(RpcError, match="header not found"):
        rpc("eth_call", {"to": SECOND}, "0x63")


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_getProof", [], -32601),
        ("eth_subscribe", ["newHeads"], -32601),
        ("eth_getBalance", [], -32602),
        ("eth_getBalance", ["0x12"], -32602),
        ("eth_getBalance", ["0x" + "zz" * 20], -32602),
        ("eth_getBalance", [FIRST, "soon"], -32602),
        ("eth_getBalance", [FIRST, "latest", 1], -32602),
        ("eth_getBlockByNumber", [True, False], -32602),
        ("eth_getBlockByNumber", ["0x" + "f" * 65, False], -32602),
        ("eth_call", ["0x"], -32602),
        ("eth_call", [{"to": FIRST, "data": "0x1"}], -32602),
        ("eth_call", [{"to": FIRST, "gas": "0x10000000000000000"}], -32602),
        ("eth_call", [{"to": FIRST}, "latest", {}], -32602),
        ("eth_getLogs", [{"topics": "0x"}], -32602),
        ("eth_getLogs", [{"topics": [None] * 5}], -32602),
        ("eth_getLogs", [{"address": [FIRST] * 1001}], -32005),
        ("eth_sendRawTransaction", ["0x" + "00" * 140_000], -32005),
        ("eth_sendTransaction", [{"from": NOBODY}], -32000),
        ("evm_increaseTime", [-1], -32602),
        ("dev_reorg", ["0x1"], -32000),
    ],
)
def test_bad_requests_get_the_code_for_their_fault(
    rpc: Rpc, method: str, params: list[Any], code: int
) -> None:
    with pytest.raises(RpcError) as caught:
        rpc(method, *params)
    assert caught.value.code == code


def answer(chain: Chain, body: Any) -> Any:
    raw = Dispatcher(chain).answer(body if isinstance(body, bytes) else json.dumps(body).encode())
    return None if raw is None else json.loads(raw)


def test_batch_is_answered_in_order_without_the_notifications(chain: Chain) -> None:
    batch = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"},
        {"jsonrpc": "2.0", "method": "evm_mine"},
        7,
        {"jsonrpc": "2.0", "id": "b", "method": "eth_blockNumber", "params": []},
    ]
    first, second, third = answer(chain, batch)
    assert first == {"jsonrpc": "2.0", "id": 1, "result": "0x9"}
    assert (second["id"], second["error"]["code"]) == (None, -32600)
    assert third["result"] == "0x1"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"[" * 100_000, -32700),
        ([], -32600),
        ("eth_chainId", -32600),
        ({"id": 1}, -32600),
        ({"id": {}, "method": "eth_chainId"}, -32600),
        ({"id": 1, "method": "eth_chainId", "params": {}}, -32602),
        ([{"id": 1, "method": "eth_chainId"}] * 1001, -32005),
    ],
)
def test_body_that_is_no_request_is_refused(chain: Chain, body: Any, code: int) -> None:
    assert answer(chain, body)["error"]["code"] == code


def test_notification_is_done_and_not_answered(chain: Chain) -> None:
    assert answer(chain, {"jsonrpc": "2.0", "method": "evm_mine"}) is None
    assert chain.head.number == 1


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["0x1", "latest", FIRST]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["to", "from", "data", "address", "topics", "blockHash"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_no_parameters_make_a_method_fail_inside(chain: Chain, data: st.DataObject) -> None:
    dispatcher = Dispatcher(chain)
    method = data.draw(st.sampled_from(sorted(dispatcher._methods)))
    params = data.draw(st.lists(json_values, max_size=3))
    told = json.loads(
        dispatcher.answer(json.dumps({"id": 1, "method": method, "params": params}).encode()) or b""
    )
    assert told.get("error", {}).get("code") != -32603
