"""The keeper with the fee market, the mempool and the reorganisations of another implementation."""

from typing import Any

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.rpc import RpcClient
from ocn.settlement.keeper import Keeper
from ocn.settlement.lanes import LaneIndex, LaneSource

Place = Any  # the classes of conftest
B, C = 1, 2
GWEI = 10**9


@pytest.mark.anvil
async def test_claim_survives_a_fee_spike_and_a_reorganisation(anvil_url: str, preparing: Any) -> None:
    async with RpcClient(anvil_url) as rpc:
        chain = ChainClient(rpc)
        place = await preparing(chain)
        source = LaneSource(place.contract)
        async with LaneIndex(chain, source, settings=place.following) as index:
            place.index = index
            store = place.store()
            keeper: Keeper = place.keeper(store, chain=chain, confirmations=3)

            async def turn(blocks: int = 1) -> None:
                await index.caught_up()
                await keeper.step()
                for _ in range(blocks):
                    await rpc.call("evm_mine")
                place.clock.now += 60

            await rpc.call("evm_setAutomine", False)
            await keeper.claim(place.voucher(B, C, 100))
            await index.caught_up()
            await keeper.step()
            ((first,),) = [one.attempts for one in await store.transactions()]
            await rpc.call("anvil_setNextBlockBaseFeePerGas", hex(30 * GWEI))
            await rpc.call("evm_mine")
            assert await chain.receipt(first.hash) is None
            place.clock.now += 60
            await turn()
            attempts = (await store.transactions())[0].attempts
            assert len(attempts) == 2
            assert attempts[1].fee.most > 26 * GWEI
            assert await chain.receipt(attempts[1].hash) is not None
            await turn()
            await rpc.call("anvil_reorg", 2, [])
            assert await chain.receipt(attempts[1].hash) is None
            for _ in range(8):
                await turn()
            assert await store.transactions() == []
            lane = place.lane(B, C)
            assert (await place.reader_of(chain).exposure(lane.payer, lane.payee, lane.token)).claimed == 100
