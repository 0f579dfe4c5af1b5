"""What ``PlatformStore.change_rules`` promises, kept by every kind."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from ocn.node.errors import PlatformChanged
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ocn_rules import NO_RULES, ActiveList, OcnRules, RulesEntry, admits
from ocn.node.ports import PlatformStore
from ocn.node.storage import AesGcmSealing, Database, SqlPlatformStore, open_database
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.party_id import PartyId

Make = Callable[..., Platform]


def listed(active: ActiveList, *entries: tuple[str, tuple[str, ...]]) -> OcnRules:
    return OcnRules(active, tuple(RulesEntry(PartyId.parse(party), modules) for party, modules in entries))


STRICT = listed(ActiveList.WHITELIST, ("nl*cpx", ("locations", "my-Module")), ("AA*AAA", ()))
LAX = listed(ActiveList.BLACKLIST, ("NL*CPX", ("cdrs",)))
NOBODY = OcnRules(ActiveList.WHITELIST)


def to(rules: OcnRules) -> Callable[[OcnRules], OcnRules]:
    """The change that makes them these, whatever they were."""
    return lambda _: rules


def adding(entry: RulesEntry) -> Callable[[OcnRules], OcnRules]:
    return lambda rules: OcnRules(ActiveList.BLACKLIST, (*rules.entries, entry))


async def rules_of(store: PlatformStore) -> dict[str, OcnRules]:
    return {platform.id: platform.rules for platform in await store.platforms()}


async def test_rules_of_each_platform_are_read_back_equal_and_in_order(
    platform_store: PlatformStore, new_platform: Make
) -> None:
    for platform_id, party in (("p1", "DE*CPO"), ("p2", "DE*MSP"), ("p3", "FR*CPO"), ("p4", "FR*MSP")):
        await platform_store.register(new_platform(platform_id, party))
    for platform_id, rules in (("p1", STRICT), ("p2", LAX), ("p3", NOBODY)):
        await platform_store.change_rules(platform_id, to(rules))

    found = await rules_of(platform_store)

    assert found == {"p1": STRICT, "p2": LAX, "p3": NOBODY, "p4": NO_RULES}
    assert [str(entry.party) for entry in found["p1"].entries] == ["NL CPX", "AA AAA"]
    assert found["p1"].entries[0].modules == ("locations", "my-Module")


async def test_change_is_given_the_stored_rules_and_replaces_them_whole(
    platform_store: PlatformStore, new_platform: Make
) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    seen: list[OcnRules] = []
    changes = (STRICT, LAX, NOBODY, STRICT, NO_RULES, LAX)

    def next_one(stored: OcnRules) -> OcnRules:
        seen.append(stored)
        return changes[len(seen) - 1]

    for rules in changes:
        await platform_store.change_rules("p1", next_one)
        assert await rules_of(platform_store) == {"p1": rules}
    assert seen == [NO_RULES, *changes[:-1]]


async def test_change_of_one_platform_leaves_the_others(
    platform_store: PlatformStore, new_platform: Make
) -> None:
    for platform_id, party in (("p1", "DE*CPO"), ("p2", "DE*MSP")):
        await platform_store.register(new_platform(platform_id, party))
        await platform_store.change_rules(platform_id, to(STRICT))
    for rules in (LAX, NOBODY, NO_RULES):
        await platform_store.change_rules("p1", to(rules))
        assert await rules_of(platform_store) == {"p1": rules, "p2": STRICT}


async def test_change_that_raises_leaves_everything_and_counts_nothing(
    platform_store: PlatformStore, new_platform: Make
) -> None:
    def refuse(_: OcnRules) -> OcnRules:
        raise ClientFault("no")

    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.change_rules("p1", to(STRICT))
    before = await platform_store.platforms(), await platform_store.revision()
    with pytest.raises(ClientFault):
        await platform_store.change_rules("p1", refuse)
    assert (await platform_store.platforms(), await platform_store.revision()) == before


async def test_change_to_the_same_counts_nothing(platform_store: PlatformStore, new_platform: Make) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.change_rules("p1", to(STRICT))
    before = await platform_store.revision()
    await platform_store.change_rules("p1", lambda rules: OcnRules(rules.active, rules.entries))
    assert await platform_store.revision() == before


async def test_change_of_a_platform_that_is_gone_is_told(
    platform_store: PlatformStore, new_platform: Make
) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.remove("p1")
    before = await platform_store.revision()
    with pytest.raises(PlatformChanged):
        await platform_store.change_rules("p1", to(STRICT))
    assert await platform_store.revision() == before


async def test_renewal_keeps_the_rules_whatever_the_caller_knew_of_them(
    platform_store: PlatformStore, new_platform: Make
) -> None:
    known = new_platform("p1", "DE*CPO")
    await platform_store.register(known)
    await platform_store.change_rules("p1", to(STRICT))
    await platform_store.register(replace(new_platform("p1", "DE*CPO"), rules=LAX), replaces=known)
    assert await rules_of(platform_store) == {"p1": STRICT}


async def test_rules_end_with_their_platform(platform_store: PlatformStore, new_platform: Make) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.change_rules("p1", to(STRICT))
    await platform_store.remove("p1")
    await platform_store.register(new_platform("p1", "DE*CPO"))
    assert await rules_of(platform_store) == {"p1": NO_RULES}


async def test_changes_at_once_all_count(platform_store: PlatformStore, new_platform: Make) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    parties = [RulesEntry(PartyId("DE", f"{number:03}")) for number in range(8)]
    await asyncio.gather(*(platform_store.change_rules("p1", adding(entry)) for entry in parties))
    (found,) = (await rules_of(platform_store)).values()
    assert {entry.party for entry in found.entries} == {entry.party for entry in parties}


async def test_another_replica_notices_changed_rules(
    database_url: str, sealing: AesGcmSealing, new_platform: Make
) -> None:
    sender = PartyId("nl", "cpx")

    async def replica(database: Database) -> tuple[PlatformStore, Members]:
        store = SqlPlatformStore(database, sealing)
        members = Members(store)
        await members.refresh()
        return store, members

    async with open_database(database_url) as first, open_database(database_url) as second:
        await first.upgrade()
        await SqlPlatformStore(first, sealing).register(new_platform("p1", "DE*CPO"))
        (store, _), (_, watching) = await replica(first), await replica(second)

        await store.change_rules("p1", to(LAX))

        assert await watching.refresh_if_changed()
        platform = watching.by_party(PartyId("DE", "CPO"))
        assert platform is not None
        assert not admits(platform.rules, sender, "CDRS")
        assert not await watching.refresh_if_changed()
