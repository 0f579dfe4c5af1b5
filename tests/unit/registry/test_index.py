"""The index over a scripted chain: windows, refusals, replicas, reorganisations, crashes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainUnavailable
from ocn.chain.following import View
from ocn.ocpi.party_id import PartyId
from ocn.registry.directory import Changes
from ocn.registry.index import IndexSettings, RegistryIndex, Source
from ocn.registry.listings import MODULES, NodeListing
from ocn.registry.records import Key, Kind
from ocn.signing.addresses import checksummed

Chains = Any  # the class ScriptedChain of conftest
SOURCE = Source("0x" + "11" * 20, "0x" + "22" * 20)
A, B, C, D = (checksummed(bytes([number]) * 20) for number in (0xA1, 0xB2, 0xC3, 0xD4))
CONFIRMATIONS = 3


@asynccontextmanager
async def following(chain: Any, path: Path | None = None) -> AsyncIterator[RegistryIndex]:
    index = RegistryIndex(
        ChainClient(chain),
        SOURCE,
        path=path,
        settings=IndexSettings(
            confirmations=CONFIRMATIONS, poll_s=60.0, longest_retry_s=0.001, audit_sample=0
        ),
    )
    async with asyncio.timeout(20), index:
        await index.caught_up()
        yield index


def content(index: RegistryIndex, view: View) -> tuple[Any, ...]:
    """Everything a view answers, in the terms of the script."""
    nodes = {node.operator: node.url for node in index.nodes(view)}
    parties = {
        listing.address: (
            listing.party.country_code.encode(),
            listing.party.party_id.encode(),
            tuple(map(MODULES.index, listing.modules.sender)),
            listing.operator,
            listing.node_url,
        )
        for listing in index.parties(view)
        if index.party(listing.party, view) == listing == index.party_by_address(listing.address, view)
    }
    assert len(parties) == len(index.parties(view))
    services = {service.provider: (service.name, service.permissions) for service in index.services(view)}
    agreements = {
        (user, service.provider) for user in (A, B, C, D) for service in index.agreements_of(user, view)
    }
    return nodes, parties, services, agreements


def expected(chain: Any, at: int) -> tuple[Any, ...]:
    """What the contracts hold, in the same terms."""
    truth = chain.truth(at)
    parties = {
        address: (cc, party_id, sender, operator, truth.nodes.get(operator))
        for address, (cc, party_id, _, sender, _, operator) in truth.parties.items()
    }
    services = {address: (name, permissions) for address, (name, _, permissions) in truth.services.items()}
    agreements = {pair for pair in truth.agreements if pair[1] in truth.services}
    return truth.nodes, parties, services, agreements


async def test_index_of_listed_party_answers_in_any_case(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"), ("party", B, b"DECPO", A, (3,)))
    async with following(chain) as index:
        listing = index.party(PartyId("de", "cPo"))
        assert listing is not None
        assert (listing.address, listing.operator, listing.node_url) == (B, A, "https://a.example")
        assert [str(module) for module in listing.modules.sender] == ["locations"]
        assert index.node(A) == NodeListing(A, "https://a.example")
        assert index.party(PartyId("DE", "MSP")) is None
        assert index.party_by_address(A) is None


async def test_lower_case_registration_cannot_pass_for_the_upper_case_one(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    chain.mine(("party", B, b"DECPO", A), ("party", C, b"decpo", D), ("party", D, b"\xff\x00\x01\x02\x03", D))
    async with following(chain) as index:
        listing = index.party(PartyId("de", "cpo"))
        assert listing is not None
        assert listing.address == B
        assert index.party_by_address(C) is None
        assert len(index.parties()) == 1


async def test_zero_address_is_never_anybody(scripted_chain: Chains) -> None:
    zero = "0x" + "00" * 20
    chain = scripted_chain()
    chain.mine(("node", zero, "https://evil.example"), ("party", zero, b"DEXXX", A))
    async with following(chain) as index:
        assert index.nodes() == ()
        assert index.parties() == ()
        assert index.party(PartyId("DE", "XXX")) is None


async def test_node_moved_changes_its_parties_and_says_so(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://old.example"), ("party", B, b"DECPO", A))
    async with following(chain) as index:
        seen: list[Changes] = []
        stop = index.on_change(seen.append)
        await index.caught_up(chain.mine(("node", A, "https://new.example")))
        listing = index.party(PartyId("DE", "CPO"))
        assert listing is not None
        assert listing.node_url == "https://new.example"
        assert seen[0].latest == {Key(Kind.NODE, A), Key(Kind.PARTY, B)}
        assert seen[0].confirmed == frozenset()
        stop()
        await index.caught_up(chain.mine(("node", A, "")))
        assert len(seen) == 1
        gone = index.party(PartyId("DE", "CPO"))
        assert gone is not None
        assert gone.node_url is None


async def test_confirmed_view_stays_the_agreed_number_of_blocks_behind(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"))
    async with following(chain) as index:
        for _ in range(CONFIRMATIONS - 1):
            await index.caught_up(chain.mine())
            assert index.node(A, "confirmed") is None
        await index.caught_up(chain.mine())
        assert index.node(A, "confirmed") == index.node(A) is not None


async def test_endpoint_that_limits_ranges_is_read_in_smaller_windows(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for number in range(40):
        chain.mine(("node", A, f"https://{number}.example"))
    chain.widest = 3
    async with following(chain) as index:
        assert index.node(A) == NodeListing(A, "https://39.example")
        assert index.status.cursor == chain.head


async def test_endpoint_that_fails_is_asked_again(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"))
    chain.failures = [ChainUnavailable("down") for _ in range(5)]
    with capture_logs() as logs:
        async with following(chain) as index:
            assert index.node(A) is not None
            assert index.status.rpc_errors == 5
            assert index.status.last_error is None
    told = [(line["event"], line["failures"]) for line in logs if "failures" in line]
    assert told[-2:] == [("chain_index_waits", 5), ("chain_index_works_again", 5)]
    assert {line["index"] for line in logs if "failures" in line} == {"registry index"}
    assert len(told) == 6


async def test_replica_that_lags_is_waited_for(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for number in range(8):
        chain.mine(("node", A, f"https://{number}.example"))
    async with following(chain) as index:
        chain.shown = 4
        await index.caught_up()
        assert index.node(A) == NodeListing(A, "https://7.example")
        assert index.status.reorganisations == 0
        chain.shown = None
        await index.caught_up(chain.mine(("node", A, "https://new.example")))
        assert index.node(A) == NodeListing(A, "https://new.example")


async def test_block_replaced_by_one_of_the_same_number_is_noticed(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"))
    chain.mine(("party", B, b"DECPO", A), ("party", C, b"DEMSP", A))
    async with following(chain) as index:
        assert len(index.parties()) == 2
        chain.fork(1)
        chain.mine(("party", C, b"DECPO", A))
        await index.caught_up()
        assert [listing.address for listing in index.parties()] == [C]
        assert index.status.deepest_reorganisation == 1


async def test_shorter_chain_is_no_lagging_replica(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for number in range(6):
        chain.mine(("node", A, f"https://{number}.example"))
    async with following(chain) as index:
        chain.fork(2)
        chain.mine(("node", A, "https://fork.example"))
        await index.caught_up()
        assert index.node(A) == NodeListing(A, "https://fork.example")


async def test_reorganisation_below_the_confirmed_block_is_followed(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for number in range(20):
        chain.mine(("node", A, f"https://{number}.example"), ("agree", B, C), ("service", C, "x", (number,)))
    async with following(chain) as index:
        seen: list[Changes] = []
        index.on_change(seen.append)
        chain.fork(5)
        for _ in range(16):
            chain.mine()
        await index.caught_up()
        for view in ("latest", "confirmed"):
            assert content(index, view) == expected(chain, 5)
        assert {Key(Kind.NODE, A), Key(Kind.SERVICE, C)} <= seen[0].confirmed


async def test_other_chain_altogether_is_read_from_the_start(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for number in range(300):
        chain.mine(("node", A, f"https://{number}.example"))
    async with following(chain) as index:
        served: list[object] = []
        chain.fork(-1)
        for _ in range(320):
            chain.mine()
        chain.before_logs = lambda: served.append(index.node(A))
        chain.mine(("node", B, "https://b.example"))
        await index.caught_up()
        assert served[0] is not None
        assert index.nodes() == (NodeListing(B, "https://b.example"),)


async def test_chain_that_starts_anew_and_is_short_is_noticed(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for number in range(400):
        chain.mine(("node", A, f"https://{number}.example"))
    async with following(chain) as index:
        chain.fork(-1)
        for _ in range(5):
            chain.mine(("node", B, "https://b.example"))
        await index.caught_up()
        assert index.nodes() == (NodeListing(B, "https://b.example"),)


@pytest.mark.parametrize("lost", [[("party", B, b"DECPO", A)], []], ids=["events", "nothing"])
async def test_fork_while_reading_leaves_one_branch_whole(scripted_chain: Chains, lost: list[Any]) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"))
    async with following(chain) as index:
        chain.mine(*lost)

        def fork() -> None:
            chain.before_logs = lambda: None
            chain.fork(1)
            chain.mine(("party", C, b"DECPO", A))

        chain.before_logs = fork
        await index.caught_up()
        assert [listing.address for listing in index.parties()] == [C]


async def test_second_change_taken_back_leaves_the_first(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    for name in ("confirmed", "first", "second"):
        chain.mine(("node", A, f"https://{name}.example"))
    async with following(chain) as index:
        chain.fork(2)
        chain.mine()
        await index.caught_up()
        assert index.node(A) == NodeListing(A, "https://first.example")


async def test_listings_survive_a_restart_without_the_chain(scripted_chain: Chains, tmp_path: Path) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"), ("party", B, b"DECPO", A))
    async with following(chain, tmp_path / "index.sqlite"):
        pass
    chain.failures = [ChainUnavailable("down")] * 1_000
    index = RegistryIndex(ChainClient(chain), SOURCE, path=tmp_path / "index.sqlite")
    async with index:
        assert index.party(PartyId("DE", "CPO")) is not None
        assert index.status.ready


async def test_file_of_other_contracts_is_read_anew(scripted_chain: Chains, tmp_path: Path) -> None:
    chain = scripted_chain()
    chain.mine(("node", A, "https://a.example"))
    async with following(chain, tmp_path / "index.sqlite"):
        pass
    other = RegistryIndex(
        ChainClient(chain), Source("0x" + "33" * 20, SOURCE.permissions), path=tmp_path / "index.sqlite"
    )
    async with other:
        assert other.nodes() == ()
        assert not other.status.ready


async def test_wait_of_a_closed_index_fails(scripted_chain: Chains) -> None:
    chain = scripted_chain()
    async with following(chain) as index:
        waiting = asyncio.create_task(index.caught_up(10_000))
        await asyncio.sleep(0)
    with pytest.raises(ChainUnavailable):
        await waiting
    with pytest.raises(ChainUnavailable):
        await index.caught_up()


async def test_original_events_without_old_state_still_tell_the_end(scripted_chain: Chains) -> None:
    chain = scripted_chain(explicit=False)
    chain.keeps_state = False
    chain.mine(("service", C, "x", (1,)), ("service", D, "", (2,)), ("agree", A, C), ("agree", B, C))
    chain.mine(("agree", A, C), ("unservice", D))
    async with following(chain) as index:
        assert content(index, "latest") == expected(chain, chain.head)
        assert [service.provider for service in index.agreements_of(B)] == [C]
        assert index.agreements_of(A) == ()


_ADDRESSES = st.sampled_from((A, B))
_IDS = st.sampled_from((b"DECPO", b"DEMSP", b"NLCPX"))
_ACTIONS = st.one_of(
    st.tuples(st.just("node"), _ADDRESSES, st.sampled_from(("", "https://x.example", "https://y.example"))),
    st.tuples(st.just("party"), _ADDRESSES, _IDS, _ADDRESSES, st.sampled_from(((), (3, 5)))),
    st.tuples(st.just("unparty"), _ADDRESSES),
    st.tuples(st.just("service"), _ADDRESSES, st.sampled_from(("", "name")), st.sampled_from(((1,), (1, 4)))),
    st.tuples(st.just("unservice"), _ADDRESSES),
    st.tuples(st.just("agree"), _ADDRESSES, _ADDRESSES),
)
_BLOCKS = st.lists(st.lists(_ACTIONS, max_size=3), max_size=8)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("mine"), _BLOCKS),
        st.tuples(st.just("fork"), st.tuples(st.one_of(st.integers(1, 3), st.integers(1, 12)), _BLOCKS)),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("widest"), st.integers(1, 4)),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(explicit=st.booleans(), steps=_STEPS)
def test_any_history_with_any_reorganisation_equals_the_contracts(
    scripted_chain: Chains, tmp_path_factory: pytest.TempPathFactory, explicit: bool, steps: list[Any]
) -> None:
    path = tmp_path_factory.mktemp("index") / "index.sqlite"
    asyncio.run(_play(scripted_chain(explicit=explicit), path, steps))


async def _play(chain: Any, path: Path, steps: list[Any]) -> None:
    confirmed = -1
    while True:
        async with following(chain, path) as index:
            while steps:
                what, value = steps.pop(0)
                if what == "restart":
                    break
                confirmed = _apply(chain, what, value, confirmed)
                await index.caught_up()
                assert content(index, "latest") == expected(chain, chain.head)
                assert index.status.confirmed is not None or chain.head < CONFIRMATIONS
                confirmed = max(-1 if index.status.confirmed is None else index.status.confirmed, -1)
                if confirmed >= 0:
                    assert content(index, "confirmed") == expected(chain, min(confirmed, chain.head))
            else:
                return


def _apply(chain: Any, what: str, value: Any, confirmed: int) -> int:
    if what == "widest":
        chain.widest = value
        return confirmed
    blocks = value
    if what == "fork":
        depth, blocks = value
        chain.fork(max(0, chain.head - depth))
        blocks = [*blocks, []]  # something has to be there for anyone to notice
    for actions in blocks:
        chain.mine(*actions)
    return confirmed
