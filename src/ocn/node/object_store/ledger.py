"""Apply pushes to objects and keep the counts true. Pure: both stores write what this leaves behind."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ocn.node.object_store.merging import Merged, PartMissing, patch_object, patch_part, put_part
from ocn.node.object_store.model import (
    EVERYONE,
    Bounds,
    ObjectKey,
    ObjectState,
    Outcome,
    Push,
    StoredObject,
    Tally,
    Total,
)
from ocn.node.object_store.reading import read_object
from ocn.ocpi.errors import InvalidParameters

TallyKey = tuple[str, str, str]
"""Module, key of the owner, audience."""
Versions = Mapping[str, StoredObject]
"""One object by audience."""


class Ledger:
    """The objects that a batch of pushes concerns, with the tallies of their owners.

    ``objects`` must hold every version of each object that is pushed, ``tallies`` every tally of each owner.
    """

    def __init__(
        self,
        objects: Mapping[ObjectKey, Versions],
        tallies: Mapping[TallyKey, Tally],
        total: Total,
        bounds: Bounds,
    ) -> None:
        self._objects = {key: dict(versions) for key, versions in objects.items()}
        self._tallies = dict(tallies)
        self._bounds = bounds
        self._rows: defaultdict[str, int] = defaultdict(int)
        for tally in tallies.values():
            self._rows[tally.owner.key] += tally.rows
        self.total = total
        self.changed: dict[tuple[ObjectKey, str], StoredObject] = {}
        """What has to be written."""
        self.changed_tallies: dict[TallyKey, Tally] = {}

    def apply(self, push: Push, now: datetime) -> Outcome:
        """Do one push."""
        versions = self._objects.get(push.key, {})
        current = versions.get(push.audience)
        if _is_outdated(push, current):
            return Outcome.OUTDATED
        if push.method == "DELETE":
            return self._withdraw(versions, current, now)
        base = current if current is not None and current.visible else versions.get(EVERYONE)
        wanted = _changed(push, base, now)
        if wanted is None:
            return Outcome.MISSING
        if current is not None and _is_same(current, wanted):
            return Outcome.UNCHANGED
        if self._is_full(wanted, current):
            return Outcome.FULL
        self._put(versions, current, wanted)
        return Outcome.STORED

    def _withdraw(self, versions: Versions, current: StoredObject | None, now: datetime) -> Outcome:
        if current is None:
            return Outcome.MISSING
        if not current.visible:
            return Outcome.UNCHANGED
        gone = replace(current, body=b"", state=ObjectState.GONE, arrived_at=now)
        self._put(versions, current, gone)
        return Outcome.STORED

    def _is_full(self, wanted: StoredObject, current: StoredObject | None) -> bool:
        bounds, size = self._bounds, len(wanted.body)
        if size > bounds.object_bytes:
            return True
        more = size - (len(current.body) if current is not None else 0)
        if more > 0 and self.total.bytes + more > bounds.total_bytes:
            return True
        return current is None and (
            self.total.objects >= bounds.objects or self._rows[wanted.owner.key] >= bounds.objects_per_owner
        )

    def _put(self, versions: Versions, current: StoredObject | None, wanted: StoredObject) -> None:
        number = self.total.number + 1
        after = replace(wanted, arrival=number, position=current.position if current is not None else number)
        if current is None:
            self._rows[after.owner.key] += 1
        self.total = Total(
            number,
            self.total.objects + (current is None),
            self.total.bytes + len(after.body) - (len(current.body) if current is not None else 0),
        )
        changed = {**versions, after.audience: after}
        self._count(versions, changed, after)
        self._objects[after.key] = changed
        self.changed[after.key, after.audience] = after

    def _count(self, before: Versions, after: Versions, changed: StoredObject) -> None:
        old, new = _counted(before), _counted(after)
        for audience in old.keys() | new.keys():
            was, now = old.get(audience, _NOTHING), new.get(audience, _NOTHING)
            if was == now and audience != changed.audience:
                continue
            key = (changed.module, changed.owner.key, audience)
            tally = self._tallies.get(key) or Tally(changed.module, changed.owner, audience)
            visible, shadows, refresh, rows = (gain - loss for gain, loss in zip(now, was, strict=True))
            self._tallies[key] = self.changed_tallies[key] = replace(
                tally,
                visible=tally.visible + visible,
                shadows=tally.shadows + shadows,
                refresh=tally.refresh + refresh,
                rows=tally.rows + rows,
                arrived_at=changed.arrived_at if audience == changed.audience else tally.arrived_at,
            )


_NOTHING = (0, 0, 0, 0)


def _counted(versions: Versions) -> dict[str, tuple[int, int, int, int]]:
    """Return what one object adds to the tally of each audience: visible, shadows, refresh, rows."""
    everyone = versions.get(EVERYONE)
    shared = everyone is not None and everyone.visible
    return {
        audience: (
            int(stored.visible),
            int(stored.visible and shared and audience != EVERYONE),
            int(stored.state is ObjectState.REFRESH),
            1,
        )
        for audience, stored in versions.items()
    }


def _is_outdated(push: Push, current: StoredObject | None) -> bool:
    if current is None:
        return False
    if push.before is not None and current.arrival > push.before:
        return True
    moment = push.last_updated
    return push.fetched and current.visible and moment is not None and current.last_updated > moment


def _is_same(current: StoredObject, wanted: StoredObject) -> bool:
    return (current.body, current.version, current.state) == (wanted.body, wanted.version, wanted.state)


def _changed(push: Push, base: StoredObject | None, now: datetime) -> StoredObject | None:
    """Return the object as it is to be, without its numbers; None when there is nothing to change."""
    whole = push.method == "PUT" and not push.parts
    if whole:
        merged, state, moment = Merged(push.body), ObjectState.LIVE, push.last_updated or now
    elif base is None or not base.visible or base.version is not push.version:
        return None
    else:
        try:
            merged = _merged(push, base)
            read = read_object(push.module, merged.body, version=push.version, owner=push.owner)
        except (PartMissing, InvalidParameters):
            return None  # what is stored cannot take the change
        state = ObjectState.REFRESH if merged.doubtful else base.state
        moment = read.last_updated or base.last_updated
    return StoredObject(
        module=push.module,
        owner=push.owner,
        object_id=push.object_id,
        object_key=push.object_key,
        audience=push.audience,
        version=push.version,
        body=merged.body,
        last_updated=moment,
        arrived_at=now,
        position=0,
        arrival=0,
        state=state,
    )


def _merged(push: Push, base: StoredObject) -> Merged:
    if not push.parts:
        return patch_object(push.module, base.body, push.body)
    change = put_part if push.method == "PUT" else patch_part
    return change(base.body, push.parts, push.body)
