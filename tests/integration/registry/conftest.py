"""Real contracts on real chains: the embedded one, anvil, and the original contracts."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.deploy import deploy
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.registry.index import IndexSettings, RegistryIndex, Source
from ocn.registry.reading import RegistryReader
from ocn.registry.writing import RegistryWriter
from ocn.signing.keys import PrivateKey

MODULES = Path(__file__).parents[2] / "npm/node_modules"
ORIGINAL = MODULES / "@shareandcharge/ocn-registry/contract.defs.local.json"


@dataclass
class Ground:
    """A chain with both contracts, and funded keys."""

    chain: ChainClient
    url: str
    source: Source
    keys: list[PrivateKey]

    @property
    def reader(self) -> RegistryReader:
        return RegistryReader(self.chain, self.source.registry, self.source.permissions)

    def writer(self, key: PrivateKey) -> RegistryWriter:
        return RegistryWriter(Sender(self.chain, key), self.source.registry, self.source.permissions)

    def index(self, **settings: Any) -> RegistryIndex:
        chosen = {"confirmations": 2, "poll_s": 0.05, "audit_sample": 0} | settings
        return RegistryIndex(self.chain, self.source, settings=IndexSettings(**chosen))


@pytest.fixture
async def embedded_url() -> AsyncIterator[str]:
    async with await Devnet.open(None) as devnet, serving(devnet, "127.0.0.1", 0) as url:
        yield url


async def _deployed(url: str) -> AsyncIterator[Ground]:
    keys = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
    async with RpcClient(url) as rpc:
        chain = ChainClient(rpc)
        found = await deploy(Sender(chain, keys[0]))
        yield Ground(chain, url, Source(found.registry, found.permissions, found.first_block), keys)


@pytest.fixture
async def ground(embedded_url: str) -> AsyncIterator[Ground]:
    """Our contracts on the embedded chain."""
    async for ground in _deployed(embedded_url):
        yield ground


@pytest.fixture
async def original_ground(embedded_url: str) -> AsyncIterator[Ground]:
    """The original contracts on the embedded chain."""
    if not ORIGINAL.exists():
        pytest.skip("the npm package @shareandcharge/ocn-registry is absent")
    code = {name: entry["bytecode"] for name, entry in json.loads(ORIGINAL.read_text()).items()}
    keys = [PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS]
    async with RpcClient(embedded_url) as rpc:
        sender = Sender(ChainClient(rpc), keys[0])
        registry, receipt = await sender.create(bytes.fromhex(code["Registry"][2:]))
        argument = bytes.fromhex(registry[2:]).rjust(32, b"\0")
        permissions, _ = await sender.create(bytes.fromhex(code["Permissions"][2:]) + argument)
        source = Source(registry, permissions, receipt.block_number)
        yield Ground(sender.chain, embedded_url, source, keys)


@pytest.fixture
async def anvil_ground(anvil_url: str) -> AsyncIterator[Ground]:
    """Our contracts on anvil, at the rules of Energy Web."""
    async for ground in _deployed(anvil_url):
        yield ground
