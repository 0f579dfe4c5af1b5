"""Say in an answer what of it may be out of date (HUB-53). Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ocn.node.object_store.model import Tally
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.ocpi.versions import VersionNumber

_LONGEST = 255
"""``status_message`` is a string(255)."""
_AND_MORE = "; and more"


def staleness(
    tallies: Sequence[Tally],
    reachable: Callable[[PartyId], bool],
    *,
    unexpressed: int,
    version: VersionNumber,
) -> str | None:
    """Return one sentence for owners that cannot tell of changes now or have changed in part; or None."""
    notes = []
    if unexpressed:
        objects = "1 object" if unexpressed == 1 else f"{unexpressed} objects"
        notes.append(f"{objects} of this page cannot be expressed in OCPI {version}")
    as_of: dict[PartyId, datetime] = {}
    refresh: dict[PartyId, int] = {}
    for tally in tallies:
        if not tally.visible:
            continue
        refresh[tally.owner] = refresh.get(tally.owner, 0) + tally.refresh
        if tally.arrived_at is not None and not reachable(tally.owner):
            as_of[tally.owner] = max(tally.arrived_at, as_of.get(tally.owner, tally.arrived_at))
    for owner in sorted(refresh, key=lambda party: party.key):
        if owner in as_of:
            notes.append(f"objects of {owner} are as of {format_datetime(as_of[owner])}")
        elif refresh[owner]:
            notes.append(
                f"{refresh[owner]} objects of {owner} were changed in part and not yet fetched again"
            )
    return _shortened(notes)


def _shortened(notes: Sequence[str]) -> str | None:
    text = "; ".join(notes)
    if len(text) <= _LONGEST:
        return text or None
    text = ""
    for note in notes:
        longer = f"{text}; {note}" if text else note
        if len(longer) + len(_AND_MORE) > _LONGEST:
            break
        text = longer
    return text + _AND_MORE
