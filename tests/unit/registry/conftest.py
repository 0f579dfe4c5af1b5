"""A chain that runs a script: blocks of registry actions, forks, lagging replicas, refusals."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from eth_abi.abi import decode, encode

from ocn.chain.contract import topic
from ocn.chain.errors import ChainRejected
from ocn.registry.reading import PERMISSIONS
from ocn.signing.hashes import keccak256

REGISTRY = "0x" + "11" * 20
PERMISSIONS_ADDRESS = "0x" + "22" * 20
ZERO = "0x" + "00" * 20


@dataclass
class Truth:
    """What the contracts hold after a block."""

    nodes: dict[str, str] = field(default_factory=dict)
    parties: dict[str, tuple[bytes, bytes, tuple[int, ...], tuple[int, ...], tuple[int, ...], str]] = field(
        default_factory=dict
    )
    services: dict[str, tuple[str, str, tuple[int, ...]]] = field(default_factory=dict)
    agreements: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class ScriptedBlock:
    number: int
    hash: str
    parent: str
    logs: list[dict[str, Any]]
    truth: Truth


def _word(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")


class ScriptedChain:
    """Answers JSON-RPC from its script; every action is legal for the real contracts, or does nothing."""

    def __init__(self, *, explicit: bool = True) -> None:
        self.explicit = explicit
        """Whether the events that only our contracts emit are emitted."""
        self.blocks: list[ScriptedBlock] = []
        self.widest = 10_000
        self.shown: int | None = None
        self.failures: list[Exception] = []
        self.calls: list[str] = []
        self.before_logs: Callable[[], None] = lambda: None
        self.keeps_state = True
        self._salt = 0
        self.mine()

    @property
    def head(self) -> int:
        return self.blocks[-1].number

    def mine(self, *actions: tuple[Any, ...]) -> int:
        """Add a block with these actions and return its number."""
        number = len(self.blocks)
        parent = self.blocks[-1].hash if self.blocks else "0x" + "00" * 32
        digest = keccak256(f"{parent}{number}{self._salt}{actions}".encode()).hex()
        block = ScriptedBlock(number, f"0x{digest}", parent, [], self.truth())
        for action in actions:
            getattr(self, f"_{action[0]}")(block, *action[1:])
        self.blocks.append(block)
        return number

    def fork(self, keep: int) -> None:
        """Drop the blocks above this number; what is mined from here has other hashes."""
        self._salt += 1
        del self.blocks[keep + 1 :]

    def truth(self, at: int | None = None) -> Truth:
        """Return what the contracts hold after a block."""
        if not self.blocks:
            return Truth()
        return copy.deepcopy(self.blocks[-1 if at is None else at].truth)

    # actions -------------------------------------------------------------------------------------

    def _node(self, block: ScriptedBlock, operator: str, url: str) -> None:
        if not url and operator not in block.truth.nodes:
            return
        block.truth.nodes[operator] = url
        if not url:
            del block.truth.nodes[operator]
        topics = [_topic("OperatorUpdate(address,string)"), _word(operator)]
        self._emit(block, REGISTRY, topics, encode(["string"], [url]))

    def _party(
        self, block: ScriptedBlock, party: str, ids: bytes, operator: str, modules: tuple[int, ...] = ()
    ) -> None:
        taken = {value[0] + value[1]: address for address, value in block.truth.parties.items()}
        if taken.get(ids, party) != party:
            return
        block.truth.parties[party] = (ids[:2], ids[2:], (0, 1), modules, (), operator)
        self._party_event(block, party, ids, ((0, 1), modules, ()), operator)

    def _unparty(self, block: ScriptedBlock, party: str) -> None:
        if party in block.truth.parties:
            del block.truth.parties[party]
            self._party_event(block, party, b"\0" * 5, ((), (), ()), ZERO)

    def _party_event(
        self, block: ScriptedBlock, party: str, ids: bytes, lists: tuple[Any, ...], operator: str
    ) -> None:
        topics = [
            _topic("PartyUpdate(bytes2,bytes3,address,uint8[],uint8[],uint8[],address)"),
            _word(party),
            _word(operator),
        ]
        types = ["bytes2", "bytes3", "uint8[]", "uint8[]", "uint8[]"]
        self._emit(block, REGISTRY, topics, encode(types, [ids[:2], ids[2:], *lists]))

    def _service(self, block: ScriptedBlock, provider: str, name: str, permissions: tuple[int, ...]) -> None:
        block.truth.services[provider] = (name, "", permissions)
        self._service_event(block, provider, name, permissions)

    def _unservice(self, block: ScriptedBlock, provider: str) -> None:
        if provider not in block.truth.services:
            return
        *_, permissions = block.truth.services.pop(provider)
        self._service_event(block, provider, "", permissions)
        if self.explicit:
            topics = [_topic("ServiceDeleted(address)"), _word(provider)]
            self._emit(block, PERMISSIONS_ADDRESS, topics, b"")

    def _service_event(
        self, block: ScriptedBlock, provider: str, name: str, permissions: tuple[int, ...]
    ) -> None:
        data = encode(["string", "string", "uint256[]", "address"], [name, "", permissions, provider.lower()])
        self._emit(
            block, PERMISSIONS_ADDRESS, [_topic("ServiceUpdate(string,string,uint256[],address)")], data
        )

    def _agree(self, block: ScriptedBlock, user: str, provider: str) -> None:
        """Agree, or revoke where there is an agreement."""
        agreed = (user, provider) in block.truth.agreements
        block.truth.agreements ^= {(user, provider)}
        data = encode(["address", "address"], [user.lower(), provider.lower()])
        self._emit(block, PERMISSIONS_ADDRESS, [_topic("ServiceAgreement(address,address)")], data)
        if self.explicit:
            name = "AgreementRevoked" if agreed else "AgreementCreated"
            topics = [_topic(f"{name}(address,address)"), _word(user), _word(provider)]
            self._emit(block, PERMISSIONS_ADDRESS, topics, b"")

    def _emit(self, block: ScriptedBlock, address: str, topics: Sequence[str], data: bytes) -> None:
        block.logs.append(
            {
                "address": address,
                "topics": list(topics),
                "data": "0x" + data.hex(),
                "blockNumber": hex(block.number),
                "blockHash": block.hash,
                "logIndex": hex(len(block.logs)),
                "transactionHash": "0x" + keccak256(f"{block.hash}{len(block.logs)}".encode()).hex(),
            }
        )

    # JSON-RPC ------------------------------------------------------------------------------------

    async def call(self, method: str, *params: Any) -> Any:
        self.calls.append(method)
        if self.failures:
            raise self.failures.pop(0)
        answer = self._answer(method, params)
        if isinstance(answer, ChainRejected):
            raise answer
        return answer

    async def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        self.calls += [method for method, _ in calls]
        if self.failures:
            raise self.failures.pop(0)
        return [self._answer(method, params) for method, params in calls]

    async def close(self) -> None:
        """Nothing is open."""

    def _answer(self, method: str, params: Sequence[Any]) -> Any:
        top = self.head if self.shown is None else min(self.shown, self.head)
        if method == "eth_blockNumber":
            return hex(top)
        if method == "eth_getBlockByNumber":
            number = top if params[0] == "latest" else int(params[0], 16)
            return _header(self.blocks[number]) if number <= top else None
        if method == "eth_getLogs":
            return self._logs(params[0])
        if method == "eth_call":
            return self._call(params[0], params[1])
        raise AssertionError(method)

    def _logs(self, query: dict[str, Any]) -> Any:
        first, last = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        if last - first + 1 > self.widest:
            return ChainRejected("eth_getLogs", -32005, "query returned more than 10000 results")
        found = [log for block in self.blocks[first : last + 1] for log in block.logs]
        self.before_logs()
        return [log for log in found if log["topics"][0] in query["topics"][0]]

    def _call(self, message: dict[str, Any], at: str) -> Any:
        if at != "latest" and not self.keeps_state:
            return ChainRejected("eth_call", -32000, "historical state not available")
        truth = self.truth(None if at == "latest" else int(at, 16))
        data = bytes.fromhex(message["data"][2:])
        if data[:4] == PERMISSIONS["hasUserAgreementByAddress"].selector:
            pair = decode(["address", "address"], data[4:])
            agreed = {(user.lower(), provider.lower()) for user, provider in truth.agreements}
            return "0x" + encode(["bool"], [pair in agreed]).hex()
        (provider,) = decode(["address"], data[4:])
        services = {address.lower(): service for address, service in truth.services.items()}
        name, url, permissions = services.get(provider, ("", "", ()))
        types = ["bytes2", "bytes3", "string", "string", "uint256[]"]
        return "0x" + encode(types, [b"\0\0", b"\0\0\0", name, url, permissions]).hex()


def _topic(signature: str) -> str:
    return "0x" + topic(signature).hex()


def _header(block: ScriptedBlock) -> dict[str, Any]:
    return {
        "number": hex(block.number),
        "hash": block.hash,
        "parentHash": block.parent,
        "timestamp": hex(1_700_000_000 + 5 * block.number),
    }


@pytest.fixture
def scripted_chain() -> type[ScriptedChain]:
    """Makes scripted chains: ``scripted_chain(explicit=False)`` for the original contracts' events."""
    return ScriptedChain
