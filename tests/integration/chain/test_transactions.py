"""Transactions on the embedded chain: order, kinds, refusals."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.deploy import deploy
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.errors import ChainError, ChainReverted
from ocn.chain.fees import FeeStyle
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.registry.reading import REGISTRY
from ocn.signing.keys import PrivateKey

KEY = PrivateKey(DEVELOPMENT_ACCOUNTS[0].key_bytes)


@pytest.fixture
async def chain() -> AsyncIterator[ChainClient]:
    async with (
        await Devnet.open(None) as devnet,
        serving(devnet, "127.0.0.1", 0) as url,
        RpcClient(url) as rpc,
    ):
        yield ChainClient(rpc)


@pytest.mark.parametrize("style", list(FeeStyle))
async def test_both_kinds_of_transaction_are_accepted(chain: ChainClient, style: FeeStyle) -> None:
    found = await deploy(Sender(chain, KEY, fees=style))
    assert await chain.code(found.registry)
    assert await chain.code(found.permissions)


async def test_transactions_of_one_account_sent_at_once_all_arrive(chain: ChainClient) -> None:
    sender = Sender(chain, KEY)
    target = DEVELOPMENT_ACCOUNTS[1].address
    receipts = await asyncio.gather(*(sender.send(target, b"", value=1) for _ in range(20)))
    assert len({receipt.transaction for receipt in receipts}) == 20
    assert await chain.nonce(KEY.address) == 20


async def test_two_senders_of_one_account_recover_from_a_lost_nonce(chain: ChainClient) -> None:
    target = DEVELOPMENT_ACCOUNTS[1].address
    first, second = Sender(chain, KEY), Sender(chain, KEY)
    await asyncio.gather(first.send(target, b""), second.send(target, b""))
    assert await chain.nonce(KEY.address) == 2


async def test_refused_call_is_told_before_anything_is_sent(chain: ChainClient) -> None:
    sender = Sender(chain, KEY)
    found = await deploy(sender)
    before = await chain.nonce(KEY.address)
    with pytest.raises(ChainReverted) as caught:
        await sender.send(found.registry, REGISTRY["deleteParty"].encode())
    assert caught.value.reason is not None
    assert "No operator found" in caught.value.reason
    assert await chain.nonce(KEY.address) == before


async def test_no_contract_at_the_address_is_told_as_such(chain: ChainClient) -> None:
    nobody = DEVELOPMENT_ACCOUNTS[5].address
    with pytest.raises(ChainError, match="cannot be read"):
        REGISTRY["getNode"].decode(
            await chain.call_contract(nobody, REGISTRY["getNode"].encode(nobody.lower()))
        )
