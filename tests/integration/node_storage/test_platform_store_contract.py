"""What ``PlatformStore`` promises, kept by every kind."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ocn.node.errors import InvitationGone, PartyTaken, PlatformChanged
from ocn.node.model import Invitation, Platform, SignatureDemand
from ocn.node.ocn_rules import ActiveList, OcnRules
from ocn.node.ports import PlatformStore
from ocn.node.storage import AlreadyStored
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.ocpi.versions import VersionNumber

State = tuple[list[Platform], list[Invitation], int]


async def state(store: PlatformStore) -> State:
    return await store.platforms(), await store.invitations(), await store.revision()


async def test_register_new_platform_is_read_back_equal(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    platform = new_platform("p1", "DE*CPO", "de*msp", roles=(Role.EMSP, Role.CPO))
    await platform_store.register(platform)

    [found] = await platform_store.platforms()

    assert found == platform
    assert [(str(role.party), role.role) for role in found.roles] == [
        ("DE CPO", Role.EMSP),
        ("DE CPO", Role.CPO),
        ("de msp", Role.EMSP),
        ("de msp", Role.CPO),
    ]
    assert found.registered_at is not None
    assert found.registered_at.tzinfo is UTC


async def test_register_least_platform_is_read_back_equal(platform_store: PlatformStore) -> None:
    least = Platform("p", VersionNumber.V2_2, "", "", b"", (), {}, sends_base64=False)
    await platform_store.register(least)
    assert await platform_store.platforms() == [least]


async def test_register_known_id_replaces_everything(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO", "DE*MSP"))
    changed = replace(
        new_platform("p1", "FR*CPO", their_token="another"),
        version=VersionNumber.V2_2,
        versions_url="https://new.example",
        sends_base64=False,
        requires_signatures=False,
        status=ConnectionStatus.SUSPENDED,
        updated_at=None,
        endpoints={("cdrs", InterfaceRole.RECEIVER): "https://new.example/cdrs"},
    )
    await platform_store.register(changed)
    assert await platform_store.platforms() == [changed]


async def test_register_what_replaces_a_platform_changed_or_gone_meanwhile_changes_nothing(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    known = new_platform("p1", "DE*CPO")
    await platform_store.register(known)
    demanding = replace(known, requires_signatures=not known.requires_signatures)
    await platform_store.register(demanding, replaces=known)
    renewed = replace(demanding, our_token_hash=b"x" * 32)
    before = await state(platform_store)
    others = (
        replace(demanding, signature_demand=SignatureDemand.NONE),
        replace(demanding, signs_strictly=False),
        replace(renewed, our_token_hash=b"y" * 32),
    )
    for stale in (known, *others):
        with pytest.raises(PlatformChanged):
            await platform_store.register(renewed, replaces=stale)
    assert await state(platform_store) == before
    await platform_store.register(renewed, replaces=demanding)
    await platform_store.remove("p1")
    gone = await state(platform_store)
    with pytest.raises(PlatformChanged):
        await platform_store.register(renewed, replaces=renewed)
    assert await state(platform_store) == gone


async def test_register_known_id_frees_the_parties_it_gave_up(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO", "DE*MSP"))
    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.register(new_platform("p2", "DE*MSP"))
    assert [platform.id for platform in await platform_store.platforms()] == ["p1", "p2"]


@pytest.mark.parametrize("written", ["DE*CPO", "de*cpo", "De*cPo"])
async def test_register_party_of_another_platform_is_refused_in_any_case(
    platform_store: PlatformStore, new_platform: Callable[..., Platform], written: str
) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    with pytest.raises(PartyTaken, match="DE CPO"):
        await platform_store.register(new_platform("p2", "NL*CPX", written))
    await platform_store.register(new_platform("p1", written))


async def test_register_refused_changes_nothing(
    platform_store: PlatformStore,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.register(new_platform("p2", "NL*CPX"))
    await platform_store.invite(new_invitation("i1", "NL*CPX", "DE*CPO"))
    before = await state(platform_store)

    with pytest.raises(PartyTaken):
        await platform_store.register(new_platform("p2", "NL*CPX", "DE*CPO"), invitation_id="i1")
    with pytest.raises(InvitationGone):
        await platform_store.register(new_platform("p2", "NL*CPY"), invitation_id="i2")
    with pytest.raises(AlreadyStored):
        await platform_store.register(
            replace(new_platform("p3", "FR*CPO"), our_token_hash=before[0][0].our_token_hash),
            invitation_id="i1",
        )

    assert await state(platform_store) == before


async def test_register_uses_its_invitation_up(
    platform_store: PlatformStore,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    kept, used = new_invitation("i1", "DE*CPO"), new_invitation("i2", "DE*CPO")
    await platform_store.invite(kept)
    await platform_store.invite(used)

    await platform_store.register(new_platform("p1", "DE*CPO"), invitation_id="i2")

    assert await platform_store.invitations() == [kept]
    with pytest.raises(InvitationGone):
        await platform_store.register(new_platform("p1", "DE*CPO"), invitation_id="i2")


async def test_register_one_party_at_once_is_won_by_one(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    contenders = [new_platform(f"p{number}", "DE*CPO", f"DE*{number:03}") for number in range(8)]
    outcomes = await asyncio.gather(*map(platform_store.register, contenders), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", *["PartyTaken"] * 7]
    assert await platform_store.platforms() == [contenders[outcomes.index(None)]]


async def test_register_with_one_invitation_at_once_is_won_by_one(
    platform_store: PlatformStore,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    await platform_store.invite(new_invitation("i1", "DE*CPO"))
    contenders = [new_platform(f"p{number}", f"DE*{number:03}") for number in range(8)]
    outcomes = await asyncio.gather(
        *(platform_store.register(contender, invitation_id="i1") for contender in contenders),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["InvitationGone"] * 7, "NoneType"]
    assert await platform_store.platforms() == [contenders[outcomes.index(None)]]


async def test_remove_platform_frees_its_parties(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    other = new_platform("p2", "NL*CPX")
    await platform_store.register(new_platform("p1", "DE*CPO"))
    await platform_store.register(other)

    assert await platform_store.remove("p1") is True
    assert await platform_store.platforms() == [other]
    await platform_store.register(new_platform("p3", "DE*CPO"))


async def test_remove_unknown_platform_says_false_and_counts_nothing(platform_store: PlatformStore) -> None:
    before = await platform_store.revision()
    assert await platform_store.remove("nobody") is False
    assert await platform_store.revision() == before


async def test_invite_is_read_back_equal(
    platform_store: PlatformStore, new_invitation: Callable[..., Invitation]
) -> None:
    several, nobody = new_invitation("i1", "DE*CPO", "de*mSp"), new_invitation("i2")
    await platform_store.invite(nobody)
    await platform_store.invite(several)

    found = await platform_store.invitations()

    assert found == [several, nobody]
    assert {str(party) for party in found[0].parties} == {"DE CPO", "de mSp"}


async def test_invite_known_id_or_token_is_refused(
    platform_store: PlatformStore, new_invitation: Callable[..., Invitation]
) -> None:
    first = new_invitation("i1", "DE*CPO")
    await platform_store.invite(first)
    before = await state(platform_store)
    for again in (new_invitation("i1", "NL*CPX"), replace(first, id="i2")):
        with pytest.raises(AlreadyStored):
            await platform_store.invite(again)
    assert await state(platform_store) == before


async def test_withdraw_once_says_true_then_false(
    platform_store: PlatformStore,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    await platform_store.invite(new_invitation("i1", "DE*CPO"))
    assert await platform_store.withdraw("i1") is True
    before = await platform_store.revision()
    assert await platform_store.withdraw("i1") is False
    assert await platform_store.revision() == before
    with pytest.raises(InvitationGone):
        await platform_store.register(new_platform("p1", "DE*CPO"), invitation_id="i1")


async def test_prune_removes_to_the_microsecond_whatever_the_zone(
    platform_store: PlatformStore, new_invitation: Callable[..., Invitation]
) -> None:
    now = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    await platform_store.invite(new_invitation("before", "DE*CPO", expires_at=now - tick))
    await platform_store.invite(new_invitation("at", "DE*CPO", expires_at=now))
    after = new_invitation("after", expires_at=(now + tick).astimezone(timezone(timedelta(hours=-11))))
    await platform_store.invite(after)
    assert len(await platform_store.invitations()) == 3

    assert await platform_store.prune(now.astimezone(timezone(timedelta(hours=5, minutes=45)))) == 2

    assert await platform_store.invitations() == [after]
    revision = await platform_store.revision()
    assert await platform_store.prune(now) == 0
    assert await platform_store.revision() == revision


async def test_revision_after_each_change_is_another(
    platform_store: PlatformStore,
    new_platform: Callable[..., Platform],
    new_invitation: Callable[..., Invitation],
) -> None:
    seen = [await platform_store.revision()]
    soon = datetime(2026, 1, 1, tzinfo=UTC)
    for change in (
        platform_store.invite(new_invitation("i1", "DE*CPO")),
        platform_store.invite(new_invitation("i2", "DE*CPO")),
        platform_store.invite(new_invitation("i3", "DE*CPO", expires_at=soon)),
        platform_store.register(new_platform("p1", "DE*CPO"), invitation_id="i1"),
        platform_store.register(new_platform("p1", "DE*CPO")),
        platform_store.change_rules("p1", lambda _: OcnRules(ActiveList.WHITELIST)),
        platform_store.withdraw("i2"),
        platform_store.prune(soon),
        platform_store.remove("p1"),
    ):
        await change
        seen.append(await platform_store.revision())
    assert seen == sorted(set(seen))


async def test_platforms_given_out_cannot_change_what_is_stored(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    endpoints = {("cdrs", InterfaceRole.SENDER): "https://x.example"}
    await platform_store.register(replace(new_platform("p1", "DE*CPO"), endpoints=endpoints))
    endpoints.clear()
    [found] = await platform_store.platforms()
    assert found.endpoints == {("cdrs", InterfaceRole.SENDER): "https://x.example"}


async def test_long_and_odd_texts_are_read_back_equal(
    platform_store: PlatformStore, new_platform: Callable[..., Platform]
) -> None:
    long = "https://x.example/?q=" + "%C3%A9" * 330
    odd = replace(
        new_platform("p'1\";--", "%_*'\"`", their_token="töken " * 400),
        versions_url=long,
        endpoints={("möd'ule%", InterfaceRole.SENDER): long},
    )
    assert len(long) > 2000
    await platform_store.register(odd)
    [found] = await platform_store.platforms()
    assert found == odd
    assert found.parties == {PartyId("%_", "'\"`")}
