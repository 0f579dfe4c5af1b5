"""One list of transactions on our chain and on anvil at London rules: every effect must be the same.

The contracts below are written in hex so that no compiler chooses what is tested; Registry and Permissions
are ours. What may differ is left out: hashes of blocks, timestamps, state roots.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from threading import Thread
from typing import Any

import aiohttp
import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from ocn.chain.artifacts import load
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, DEVELOPMENT_MNEMONIC, Devnet
from ocn.chain.embedded.rendering import created_address

pytestmark = pytest.mark.anvil

ANVIL = Path(__file__).parents[2] / "npm/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
Rpc = Callable[..., Awaitable[Any]]
OPERATOR, PARTY = DEVELOPMENT_ACCOUNTS[1], DEVELOPMENT_ACCOUNTS[2]


def created(nonce: int, sender: int = 0) -> str:
    return to_checksum_address(created_address(DEVELOPMENT_ACCOUNTS[sender].address_bytes, nonce))


def creation(runtime: str) -> str:
    size = len(runtime) // 2
    return f"0x61{size:04x}600e60003961{size:04x}6000f3{runtime}"


def function(signature: str, *values: Any) -> str:
    types = signature[signature.index("(") + 1 : -1]
    return "0x" + (keccak(signature.encode())[:4] + encode(types.split(",") if types else [], values)).hex()


@dataclass
class Step:
    """A transaction, or a call where ``call`` is set."""

    name: str
    to: str | None = None
    data: str = "0x"
    sender: int = 0
    call: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


STORAGE = "602035600035550000"
"""SSTORE(word 0, word 1)."""
DESTRUCTIBLE = "36600a57600760005500" + "5b33ff"
CONTEXT = "46600052486020524560405243606052416080523a60a0523260c0524760e052306101005236610120526101406000a000"
"""Logs all that a contract can ask about its surroundings, except the time."""
OUTCOME = "600052" + "3d600060203e" + "3d6020016000a000"
"""Logs whether the call went well, and what it returned."""
INPUT = "602036036020600037"
"""Copies the calldata after its first word to memory."""
CALLER = "60403603604060003760006000604036036000602035600035" + "5af1" + OUTCOME
"""CALL(word 0, value = word 1, input = the rest)."""
DELEGATE = INPUT + "600060006020360360006000355af4" + OUTCOME
STATIC = INPUT + "600060006020360360006000355afa" + OUTCOME
CREATE2 = INPUT + "600035602036036000600" + "0f5" + "60005260206000a000"
"""CREATE2(salt = word 0, code = the rest), logs the address."""
DEEPER = "6000600052602060006000600060003" + "05af150600051600101600052" + "60206000a0" + "60206000f3"
"""Calls itself with all gas, logs and returns one more than the depth below."""
READER = "60003531506000353f506000353b600052" + "60206000a000"
"""BALANCE, EXTCODEHASH and EXTCODESIZE of word 0."""


def word(number: int | str) -> str:
    return f"{number:064x}" if isinstance(number, int) else number[2:].lower().rjust(64, "0")


class Script:
    """Builds the list; knows the nonces, so that it can name what will be created."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.nonces: dict[int, int] = {}

    def send(
        self, name: str, to: str | None = None, data: str = "0x", sender: int = 0, **fields: Any
    ) -> None:
        self.nonces[sender] = self.nonces.get(sender, 0) + 1
        self.steps.append(Step(name, to, data, sender, fields=fields))

    def call(self, name: str, to: str, data: str = "0x", **fields: Any) -> None:
        self.steps.append(Step(name, to, data, call=True, fields=fields))

    def deploy(self, name: str, code: str, **fields: Any) -> str:
        address = created(self.nonces.get(0, 0))
        self.send(f"deploy {name}", None, code, **fields)
        return address


def bytecode_script() -> list[Step]:
    s = Script()
    storage = s.deploy("storage", creation(STORAGE))
    for before_and_after in ((1, 5), (1, 5), (1, 9), (1, 0), (1, 0), (2, 7), (2, 0)):
        s.send(f"store {before_and_after}", storage, "0x" + "".join(map(word, before_and_after)))
    churn = s.deploy(
        "storage churn",
        creation("6001600055600060005560026000556000600055" + "6003600155600060015500"),
    )
    s.send("slot set and cleared several times", churn)
    s.send("slot set and cleared again", churn, gas=60_000)
    listed: dict[str, Any] = {
        "accessList": [{"address": storage, "storageKeys": ["0x" + word(1), "0x" + word(3)]}]
    }
    s.send("access list, type 1", storage, "0x" + word(3) + word(1), gasPrice=10, type=1, **listed)
    s.send(
        "access list, type 2",
        storage,
        "0x" + word(3) + word(2),
        maxFeePerGas=9,
        maxPriorityFeePerGas=2,
        **listed,
    )
    s.send("fee market, tip above", storage, "0x" + word(4) + word(2), maxFeePerGas=9, maxPriorityFeePerGas=9)

    context = s.deploy("context", creation(CONTEXT))
    s.send("context at gas price 7", context, gasPrice=7)
    s.send("context by type 2", context, sender=3, maxFeePerGas=50, maxPriorityFeePerGas=3)

    destructible = s.deploy("destructible", creation(DESTRUCTIBLE))
    s.send("destructible writes", destructible)
    s.send("destructible is paid", destructible, value=1000)
    s.send("destructible goes", destructible, "0x01")
    s.send("what is left of it", destructible, "0x01")
    heir = "0x" + "ab" * 20
    s.send("selfdestruct in creation, new heir", None, "0x73" + heir[2:] + "ff", value=7)
    s.send("selfdestruct in creation, known heir", None, "0x73" + heir[2:] + "ff", value=7)
    s.send("selfdestruct in creation, itself", None, "0x30ff", value=7)

    caller = s.deploy("caller", creation(CALLER))
    refuser = s.deploy("refuser", creation("3660006000373660" + "00fd"))
    breaker = s.deploy("breaker", creation("fe"))
    for name, target, value, rest in (
        ("a refusal", refuser, 0, "deadbeef"),
        ("a refusal with value", refuser, 3, "01"),
        ("a broken one", breaker, 0, ""),
        ("nobody", "0x" + "cd" * 20, 0, ""),
        ("nobody, creating an account", "0x" + "cd" * 20, 5, ""),
        ("more value than there is", "0x" + "cd" * 20, 10**20, ""),
        ("storage", storage, 0, word(9) + word(9)),
        ("itself", "SELF", 0, word(2) + word(0)),
        ("precompile 4", "0x" + word(4)[-40:], 0, "0102"),
    ):
        address = caller if target == "SELF" else target
        s.send(f"call {name}", caller, "0x" + word(address) + word(value) + rest, value=10)
    s.send(
        "call with too little gas inside",
        caller,
        "0x" + word(storage) + word(0) + word(77) + word(1),
        gas=45_000,
    )
    deeper = s.deploy("recursive", creation(DEEPER))
    s.send("recursion to the end of gas", deeper, gas=3_000_000)

    factory = s.deploy("create2 factory", creation(CREATE2))
    for salt, inner in (
        (1, creation(STORAGE)),
        (1, creation(STORAGE)),
        (2, "0xfe"),
        (3, "0x60ef60005360016000f3"),
    ):
        s.send(f"create2 salt {salt}", factory, "0x" + word(salt) + inner[2:], value=5, gas=3_000_000)

    delegate, static = s.deploy("delegate", creation(DELEGATE)), s.deploy("static", creation(STATIC))
    s.send("delegate to storage", delegate, "0x" + word(storage) + word(1) + word(6))
    s.send("delegate to context", delegate, "0x" + word(context), value=4)
    s.send("static call that writes", static, "0x" + word(storage) + word(1) + word(6))
    s.send("static call that logs", static, "0x" + word(context))
    s.send("static call of a refuser", static, "0x" + word(refuser) + word(12345))
    precompile = static
    digest = keccak(b"text")
    signature = Account._sign_hash(digest, OPERATOR.key)
    generator = word(1) + word(2)
    for number, payload in (
        (1, digest.hex() + word(signature.v) + word(signature.r) + word(signature.s)),
        (1, digest.hex() + word(29) + word(signature.r) + word(signature.s)),
        (2, "616263"),
        (3, "616263"),
        (4, "616263" * 30),
        (5, word(1) + word(1) + word(1) + "030507"),
        (5, word(32) + word(32) + word(32) + word(3) + word(2**255) + word(2**255 - 19)),
        (6, generator + generator),
        (6, generator + word(1) + word(1)),
        (7, generator + word(9)),
        (8, ""),
        (9, "0000000c" + "00" * 208 + "01"),
        (9, "0000000c" + "00" * 208 + "02"),
    ):
        s.send(f"precompile {number}: {payload[:16]}", precompile, "0x" + word(number) + payload, gas=500_000)
    s.send("warm and cold accounts", s.deploy("reader", creation(READER)), "0x" + word(caller))

    for name, code in (
        ("invalid opcode", "0xfe"),
        ("PUSH0, not in London", "0x5f"),
        ("jump to nowhere", "0x600056"),
        ("stack underflow", "0x01"),
        ("stack overflow", "0x5b6001600056"),
        ("return data out of bounds", "0x60016000600" + "03e"),
        ("memory beyond gas", "0x600063ffffffff52"),
        ("revert with data", "0x61beef60005260026" + "01efd"),
        ("code beginning with EF", "0x60ef60005360016000f3"),
        ("code of the greatest size", "0x6160006000f3"),
        ("code above the greatest size", "0x6160016000f3"),
        ("empty code", "0x"),
        ("gas for all but the code", "0x6120006000f3"),
    ):
        s.send(f"create: {name}", None, code, gas=200_000 if name.startswith("gas") else 6_000_000)
    s.send("plain transfer", OPERATOR.address, value=1, gas=21_000)
    s.send("transfer with data", OPERATOR.address, "0x000102", value=1, gas=30_000)
    s.send("transfer to a refuser", refuser, value=1)
    s.send("exactly out of gas", storage, "0x" + word(11) + word(1), gas=43_000)

    s.call("read context", context)
    s.call("refusal", refuser, "0xdeadbeef")
    s.call(
        "refusal with a text",
        refuser,
        "0x" + (keccak(b"Error(string)")[:4] + encode(["string"], ["no"])).hex(),
    )
    s.call("refusal without data", refuser)
    s.call("broken", breaker)
    return s.steps


def contracts_script() -> list[Step]:
    s = Script()
    s.send("first of two empty transfers", DEVELOPMENT_ACCOUNTS[0].address)
    s.send("second", DEVELOPMENT_ACCOUNTS[0].address)
    registry = s.deploy("Registry", "0x" + load("Registry").bytecode.hex())
    permissions = s.deploy("Permissions", "0x" + load("Permissions").bytecode.hex() + word(registry))
    assert (registry, permissions) == (created(2), created(3))
    set_node, url = "setNode(string)", "https://node.example"
    s.send("setNode, empty", registry, function(set_node, ""), sender=1)
    s.send("setNode", registry, function(set_node, url), sender=1)
    s.send("setNode, taken", registry, function(set_node, url), sender=3)
    party = (b"DE", b"CPO", [0, 1], OPERATOR.address)
    types = "bytes2,bytes3,uint8[],address"
    s.send(
        "setParty, no roles",
        registry,
        function(f"setParty({types})", b"DE", b"CPO", [], OPERATOR.address),
        sender=2,
    )
    s.send(
        "setParty, operator unknown",
        registry,
        function(f"setParty({types})", *party[:3], PARTY.address),
        sender=2,
    )
    s.send(
        "setParty, role out of range",
        registry,
        function(f"setParty({types})", b"DE", b"CPO", [7], OPERATOR.address),
        sender=2,
    )
    s.send("setParty", registry, function(f"setParty({types})", *party), sender=2)
    s.send("setParty, foreign id", registry, function(f"setParty({types})", *party), sender=4)
    s.send("setPartyModules", registry, function("setPartyModules(uint8[],uint8[])", [0, 1], [2]), sender=2)
    packed = b"DE" + b"MSP" + (1).to_bytes(32) + OPERATOR.address_bytes
    owner = DEVELOPMENT_ACCOUNTS[5]
    message = encode_defunct(keccak(owner.address_bytes + packed))
    signed = Account.sign_message(message, owner.key)
    raw = function(
        f"setPartyRaw(address,{types},uint8,bytes32,bytes32)",
        owner.address,
        b"DE",
        b"MSP",
        [1],
        OPERATOR.address,
        signed.v,
        signed.r.to_bytes(32),
        signed.s.to_bytes(32),
    )
    s.send("setPartyRaw", registry, raw, sender=6)
    s.send("setPartyRaw, broken signature", registry, raw[:-1] + ("0" if raw[-1] != "0" else "1"), sender=6)
    s.send(
        "setService",
        permissions,
        function("setService(string,string,uint256[])", "pay", url, [0, 3]),
        sender=2,
    )
    s.send(
        "setService, not a party",
        permissions,
        function("setService(string,string,uint256[])", "", "", [1]),
        sender=7,
    )
    s.send("createAgreement", permissions, function("createAgreement(address)", PARTY.address), sender=2)
    s.send(
        "createAgreement, again", permissions, function("createAgreement(address)", PARTY.address), sender=2
    )
    s.call("getNode", registry, function("getNode(address)", OPERATOR.address))
    s.call("getParties", registry, function("getParties()"))
    s.call("getPartyDetailsByOcpi", registry, function("getPartyDetailsByOcpi(bytes2,bytes3)", b"DE", b"CPO"))
    s.call("getService", permissions, function("getService(address)", PARTY.address))
    s.call("no such function", registry, "0x12345678")
    s.call("setNode, empty, as a call", registry, function(set_node, ""))
    s.send("revokeAgreement", permissions, function("revokeAgreement(address)", PARTY.address), sender=2)
    s.send("deleteService", permissions, function("deleteService()"), sender=2)
    s.send("deleteParty", registry, function("deleteParty()"), sender=2)
    s.send("deleteNode", registry, function("deleteNode()"), sender=1)
    s.send("deleteNode, again", registry, function("deleteNode()"), sender=1)
    return s.steps


@pytest.fixture
async def anvil() -> AsyncIterator[Rpc]:
    if not ANVIL.exists():
        pytest.skip("no anvil: `npm ci` in tests/npm brings it")
    options = ["--hardfork", "london", "--port", "0", "--chain-id", "9", "--gas-limit", "10000000"]
    options += ["--block-base-fee-per-gas", "0", "--gas-price", "0", "--mnemonic", DEVELOPMENT_MNEMONIC]
    options += ["--accounts", "20", "--balance", "100", "--disable-default-create2-deployer"]
    with Popen([ANVIL, *options], stdout=PIPE, stderr=STDOUT, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(found[1] for line in lines if (found := re.match(r"Listening on (\S+)", line)))
        drain = Thread(target=process.stdout.read)  # it tells every request, and stops when nobody listens
        drain.start()
        try:
            async with aiohttp.ClientSession() as session:

                async def rpc(method: str, *params: Any) -> Any:
                    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                    async with session.post(f"http://{address}", json=body) as answer:
                        return await answer.json()

                yield rpc
        finally:
            process.kill()
            drain.join()


@pytest.fixture
async def ours() -> AsyncIterator[Rpc]:
    async with await Devnet.open(None) as devnet:

        async def rpc(method: str, *params: Any) -> Any:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            return json.loads(await devnet.answer(json.dumps(body).encode()) or b"")

        yield rpc


async def play(rpc: Rpc, steps: list[Step]) -> list[tuple[str, Any]]:
    """What each step did, as far as two implementations must agree."""
    nonces: dict[int, int] = {}
    return [(step.name, await (call(rpc, step) if step.call else send(rpc, step, nonces))) for step in steps]


async def send(rpc: Rpc, step: Step, nonces: dict[int, int]) -> Any:
    account = DEVELOPMENT_ACCOUNTS[step.sender]
    nonce = nonces.get(step.sender, 0)
    nonces[step.sender] = nonce + 1
    pricing = {} if "gasPrice" in step.fields or "maxFeePerGas" in step.fields else {"gasPrice": 5}
    body = {
        "chainId": 9,
        "nonce": nonce,
        "gas": 8_000_000,
        "value": 0,
        "data": step.data,
        **pricing,
        **step.fields,
    }
    if step.to:
        body["to"] = to_checksum_address(step.to)
    raw = Account.sign_transaction(body, account.key).raw_transaction
    sent = await rpc("eth_sendRawTransaction", "0x" + raw.hex())
    assert "result" in sent, (step.name, sent)
    receipt = None
    while receipt is None:  # anvil answers null for a moment even though it mines at once
        receipt = (await rpc("eth_getTransactionReceipt", sent["result"]))["result"]
    kept = ("status", "gasUsed", "type", "effectiveGasPrice", "contractAddress", "logsBloom", "blockNumber")
    logs = [(log["address"], log["topics"], log["data"], log["logIndex"]) for log in receipt["logs"]]
    balance = (await rpc("eth_getBalance", account.address, "latest"))["result"]
    code = (await rpc("eth_getCode", receipt["contractAddress"], "latest"))["result"] if not step.to else None
    return {**{name: receipt[name] for name in kept}, "logs": logs, "balance": balance, "code": code}


async def call(rpc: Rpc, step: Step) -> Any:
    answer = await rpc("eth_call", {"to": step.to, "data": step.data, "gas": hex(5_000_000)}, "latest")
    error = answer.get("error")
    if error is None:
        return answer["result"]
    if error["code"] != 3:
        return "failed otherwise"
    texted = error["data"].startswith("0x08c379a0")  # anvil names other errors' selectors in its message
    return (error["data"], error["message"]) if texted else error["data"]


@pytest.mark.parametrize("script", [bytecode_script, contracts_script])
async def test_every_effect_is_as_on_anvil(script: Callable[[], list[Step]], anvil: Rpc, ours: Rpc) -> None:
    steps = script()
    assert await play(ours, steps) == await play(anvil, steps)
