"""Bring plans of one site to its charge points, by the limits that hold then."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from ocn.smart_charging.dispatch.dispatcher import Dispatcher
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.courses import courses
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.heard.feed import LimitFeed
from ocn.smart_charging.service.meaning.draft import Draft
from ocn.smart_charging.service.rounds.drafting import Drafting, counted
from ocn.smart_charging.service.sites.served import ServiceSettings


class Sending:
    """Of one site, whose rounds are the only ones to send, one plan at a time.

    Limits are read and messages chosen by them without anything in between, and whoever changes a limit
    interrupts: so nothing is sent by a limit that is known to be another by then. Plans do not go stale
    with the limits they were made for: whatever is wished, courses keep those of the moment.
    """

    def __init__(
        self,
        feed: LimitFeed,
        drafting: Drafting,
        dispatcher: Dispatcher,
        settings: ServiceSettings,
        clock: CpoClock,
    ) -> None:
        self._feed = feed
        self._drafting = drafting
        self._dispatcher = dispatcher
        self._safe_after = settings.safe_after
        self._patience_s = settings.patience_s
        self._clock = clock
        self._following: asyncio.Task[FollowReport] | None = None
        self._interrupted = asyncio.Event()
        """A limit is another than those by which anything was sent last."""

    def interrupt(self) -> None:
        """A limit is another since this moment; what is under way is awaited no longer, and still counts."""
        self._interrupted.set()
        self._dispatcher.recall()
        if self._following is not None:
            self._following.cancel()

    def begin(self, draft: Draft, plan: Plan, *, only_relief: bool = False) -> Mapping[str, Course]:
        """Begin to bring a plan to the charge points; return the course of every car that is there still."""
        self._interrupted.clear()
        here = self._drafting.again(draft, self._feed.limited(self._clock.real()))
        made = courses(plan, here.slots, here.left, here.present, self._safe_after)
        wanted = {
            guest.key: replace(counted(guest), course=made.get(name)) for name, guest in here.guests.items()
        }
        self._following = asyncio.create_task(
            self._dispatcher.follow(wanted, here.limits, here.slots, only_relief=only_relief)
        )
        return made

    async def ended(self, *, unless: asyncio.Task[Plan] | None = None) -> FollowReport:
        """Wait until no more can be done, or somebody interrupts, or (``unless``) there is a newer plan."""
        if self._following is None:
            return FollowReport()
        others = [] if unless is None else [unless]
        try:
            await asyncio.wait([self._following, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._following.cancel()
            await asyncio.wait([self._following])
            following, self._following = self._following, None
        return FollowReport() if following.cancelled() else following.result()

    async def relieve_until(self, solving: asyncio.Task[Plan], draft: Draft, plan: Plan) -> None:
        """Wait for a new plan; meanwhile the last one keeps limits that fall, by lowering and no more."""
        while not solving.done():
            await self._interrupted_or(solving)
            done, _ = await asyncio.wait([solving], timeout=self._patience_s)
            if not done:
                self.begin(draft, plan, only_relief=True)
                await self.ended(unless=solving)

    async def _interrupted_or(self, solving: asyncio.Task[Plan]) -> None:
        interrupted = asyncio.create_task(self._interrupted.wait())
        try:
            await asyncio.wait([solving, interrupted], return_when=asyncio.FIRST_COMPLETED)
        finally:
            interrupted.cancel()
