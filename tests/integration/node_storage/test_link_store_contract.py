"""What ``LinkStore`` promises, kept by every kind."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ocn.node.model import Link, LinkKind
from ocn.node.ports import LinkStore
from ocn.node.storage import AlreadyStored


@pytest.mark.parametrize("kind", LinkKind)
async def test_add_link_is_read_back_equal(
    link_store: LinkStore, new_link: Callable[..., Link], kind: LinkKind
) -> None:
    link = replace(new_link("k1"), kind=kind)
    await link_store.add(link)

    found = await link_store.get("k1")

    assert found == link
    assert found is not None
    assert (str(found.holder), str(found.owner)) == ("DE MSP", "nl cPx")
    assert found.expires_at.tzinfo is UTC


async def test_add_target_of_two_thousand_characters_is_kept_whole(
    link_store: LinkStore, new_link: Callable[..., Link]
) -> None:
    link = new_link("k1", "https://x.example/?next=" + "a%2Fü&" * 400)
    await link_store.add(link)
    assert await link_store.get("k1") == link


async def test_add_known_id_is_refused_and_changes_nothing(
    link_store: LinkStore, new_link: Callable[..., Link]
) -> None:
    first = new_link("k1")
    await link_store.add(first)
    with pytest.raises(AlreadyStored):
        await link_store.add(new_link("k1", "https://another.example"))
    assert await link_store.get("k1") == first


async def test_get_unknown_id_is_none(link_store: LinkStore, new_link: Callable[..., Link]) -> None:
    await link_store.add(new_link("k1"))
    for unknown in ("k2", "K1", "k1 ", "", "' OR 1=1 --"):
        assert await link_store.get(unknown) is None


async def test_prune_removes_to_the_microsecond_whatever_the_zone(
    link_store: LinkStore, new_link: Callable[..., Link]
) -> None:
    now = datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    await link_store.add(new_link("before", expires_at=now - tick))
    await link_store.add(new_link("at", expires_at=now))
    after = new_link("after", expires_at=(now + tick).astimezone(timezone(timedelta(hours=-11))))
    await link_store.add(after)
    assert await link_store.get("before") is not None

    assert await link_store.prune(now.astimezone(timezone(timedelta(hours=5, minutes=45)))) == 2

    assert [await link_store.get(link_id) for link_id in ("before", "at", "after")] == [None, None, after]
    assert await link_store.prune(now) == 0


async def test_add_and_get_many_at_once_all_hold(
    link_store: LinkStore, new_link: Callable[..., Link]
) -> None:
    links = [new_link(f"k{number}", f"https://x.example/{number}") for number in range(100)]
    await asyncio.gather(*map(link_store.add, links))
    assert await asyncio.gather(*(link_store.get(link.id) for link in links)) == links
