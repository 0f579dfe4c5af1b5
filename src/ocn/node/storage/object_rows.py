"""Stored objects and tallies as rows, and back."""

from typing import Any

from sqlalchemy import Row

from ocn.node.object_store.model import ObjectState, StoredObject, Tally
from ocn.ocpi.versions import VersionNumber


def object_values(stored: StoredObject) -> dict[str, Any]:
    """Return the row of an object."""
    return {
        "position": stored.position,
        "module": stored.module,
        "owner_key": stored.owner.key,
        "object_key": stored.object_key,
        "audience": stored.audience,
        "owner": stored.owner,
        "object_id": stored.object_id,
        "version": stored.version.value,
        "state": stored.state.value,
        "arrival": stored.arrival,
        "arrived_at": stored.arrived_at,
        "last_updated": stored.last_updated,
        "fresh_at": stored.fresh_at,
        "size": len(stored.body),
        "body": stored.body,
    }


def object_of(row: Row[Any]) -> StoredObject:
    """Return the object of a row."""
    return StoredObject(
        module=row.module,
        owner=row.owner,
        object_id=row.object_id,
        object_key=row.object_key,
        audience=row.audience,
        version=VersionNumber(row.version),
        body=row.body,
        last_updated=row.last_updated,
        arrived_at=row.arrived_at,
        position=row.position,
        arrival=row.arrival,
        state=ObjectState(row.state),
    )


def tally_values(tally: Tally) -> dict[str, Any]:
    """Return the row of a tally."""
    return {
        "module": tally.module,
        "audience": tally.audience,
        "owner_key": tally.owner.key,
        "owner": tally.owner,
        "visible": tally.visible,
        "shadows": tally.shadows,
        "refresh": tally.refresh,
        "rows": tally.rows,
        "arrived_at": tally.arrived_at,
    }


def tally_of(row: Row[Any]) -> Tally:
    """Return the tally of a row."""
    return Tally(
        module=row.module,
        owner=row.owner,
        audience=row.audience,
        visible=row.visible,
        shadows=row.shadows,
        refresh=row.refresh,
        rows=row.rows,
        arrived_at=row.arrived_at,
    )
