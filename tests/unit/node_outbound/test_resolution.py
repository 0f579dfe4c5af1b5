"""What the guard makes of a name server's answers."""

import asyncio
import threading

import pytest

from ocn.node.outbound import AddressGuard, AddressRefused, ConnectFailed, Origin
from ocn.node.outbound.resolver import SystemResolver


class ScriptedResolver:
    """Answers a name with one answer after the other, the last one for ever."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def lookup(self, host: str) -> tuple[str, ...]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def close(self) -> None:
        pass


def origin_of(guard: AddressGuard, url: str = "https://receiver.example/") -> Origin:
    return guard.check_url(url).origin


async def test_resolve_of_public_addresses_returns_them_in_order() -> None:
    guard = AddressGuard(resolver=ScriptedResolver(("8.8.8.8", "2606:4700:4700::1111")))
    assert await guard.resolve(origin_of(guard)) == ("8.8.8.8", "2606:4700:4700::1111")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "0.0.0.0",
        "64:ff9b::1",
    ],
)
async def test_resolve_with_one_refused_address_among_many_is_refused(address: str) -> None:
    guard = AddressGuard(resolver=ScriptedResolver((*(f"8.8.8.{n}" for n in range(20)), address)))
    with pytest.raises(AddressRefused) as refused:
        await guard.resolve(origin_of(guard))
    assert address not in str(refused.value)


async def test_resolve_of_an_address_asks_nobody() -> None:
    resolver = ScriptedResolver(("127.0.0.1",))
    guard = AddressGuard(resolver=resolver)
    assert await guard.resolve(origin_of(guard, "https://8.8.8.8/")) == ("8.8.8.8",)
    assert resolver.asked == 0


@pytest.mark.parametrize("answer", [(), ("not an address",)])
async def test_resolve_without_a_usable_answer_fails_to_connect(answer: tuple[str, ...]) -> None:
    guard = AddressGuard(resolver=ScriptedResolver(answer))
    with pytest.raises(ConnectFailed):
        await guard.resolve(origin_of(guard))


async def test_lookup_of_one_name_at_once_asks_once_and_remembers_until_it_expires() -> None:
    now, asked = 0.0, 0

    def ask(host: str) -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        return ("8.8.8.8",)

    resolver = SystemResolver(ttl_s=5, ask=ask, clock=lambda: now)
    answers = await asyncio.gather(*(resolver.lookup("a.example") for _ in range(10)))
    assert (set(answers), asked) == ({("8.8.8.8",)}, 1)
    now = 4.9
    await resolver.lookup("a.example")
    assert asked == 1
    now = 5.1
    await resolver.lookup("a.example")
    assert asked == 2
    resolver.close()


async def test_lookup_of_an_unknown_name_fails_and_is_remembered() -> None:
    asked = 0

    def ask(host: str) -> tuple[str, ...]:
        nonlocal asked
        asked += 1
        raise OSError("no such name")

    resolver = SystemResolver(ask=ask, clock=lambda: 0.0)
    for _ in range(3):
        with pytest.raises(ConnectFailed):
            await resolver.lookup("a.example")
    assert asked == 1
    resolver.close()


async def test_lookup_of_many_names_remembers_only_so_many() -> None:
    resolver = SystemResolver(ask=lambda _host: ("8.8.8.8",), clock=lambda: 0.0, max_names=3)
    for number in range(10):
        await resolver.lookup(f"a{number}.example")
    assert len(resolver._known) == 3
    resolver.close()


async def test_lookup_beyond_the_pending_limit_is_refused_and_a_cancelled_one_harms_no_other() -> None:
    answer = threading.Event()

    def ask(host: str) -> tuple[str, ...]:
        answer.wait(10)
        return ("8.8.8.8",)

    resolver = SystemResolver(ask=ask, max_pending=1)
    first, second = (asyncio.ensure_future(resolver.lookup("a.example")) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(ConnectFailed):
        await resolver.lookup("b.example")
    first.cancel()
    answer.set()
    assert await second == ("8.8.8.8",)
    assert first.cancelled()
    resolver.close()
