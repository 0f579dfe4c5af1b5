"""Whom an eMSP pays for: each reference that it gave, for one session of that driver at that CPO."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.settlement.world import CPO, EMSP, Clock

from ocn.party import ListQuery, MemoryStorage
from ocn.settlement import GivenReferences


def session(reference: object, session_id: str = "S1", uid: str = "04A2") -> dict[str, Any]:
    return {"id": session_id, "cdr_token": {"uid": uid}, "authorization_reference": reference}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def references(clock: Clock) -> GivenReferences:
    return GivenReferences(MemoryStorage(), now=clock)


async def test_reference_stands_for_the_first_session_that_has_it(references: GivenReferences) -> None:
    reference = await references.give(CPO, "04a2")
    assert await references.charges(CPO, session(reference))
    assert await references.charges(CPO, session(reference, "s1"))
    assert not await references.charges(CPO, session(reference, "S1-AGAIN"))


@pytest.mark.parametrize("reference", [None, "", 5, "made-up"])
async def test_session_without_a_reference_of_ours_is_nobodys(
    references: GivenReferences, reference: object
) -> None:
    await references.give(CPO, "04A2")
    assert not await references.charges(CPO, session(reference))


async def test_reference_is_good_for_one_driver_at_one_cpo(references: GivenReferences) -> None:
    reference = await references.give(CPO, "04A2")
    assert not await references.charges(EMSP, session(reference))
    assert not await references.charges(CPO, session(reference, uid="FFFF"))
    assert not await references.charges(CPO, session(reference) | {"cdr_token": "04A2"})
    assert await references.charges(CPO, session(reference))


async def test_reference_that_was_not_used_for_a_day_is_worth_nothing(
    references: GivenReferences, clock: Clock
) -> None:
    used, unused = await references.give(CPO, "04A2"), await references.give(CPO, "04A2")
    assert await references.charges(CPO, session(used))
    clock.pass_(timedelta(days=1, seconds=1).total_seconds())
    assert not await references.charges(CPO, session(unused, "S2"))
    assert await references.charges(CPO, session(used))


async def test_references_of_long_ago_are_forgotten(clock: Clock) -> None:
    storage = MemoryStorage()
    references = GivenReferences(storage, now=clock)
    for _ in range(10):
        await references.give(CPO, "04A2")
    clock.pass_(timedelta(days=32).total_seconds())
    for _ in range(5):
        await references.give(CPO, "04A2")
    kept = await storage.page("ocn-settlement-references", CPO, ListQuery())
    assert len(kept.items) == 5
