"""Rows of copies, there and back."""

from typing import Any

from sqlalchemy import Row, select

from ocn.node.copies.copy import Copy, CopyKind, CopyState, NewCopy
from ocn.node.storage.copy_tables import copy_lane, service_copy
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.versions import VERSION_BY_NUMBER

COPY_AND_LANE = select(service_copy, copy_lane.c.due_at, copy_lane.c.failures).select_from(
    service_copy.outerjoin(copy_lane, copy_lane.c.lane == service_copy.c.lane)
)


def copy_values(copy: NewCopy) -> dict[str, Any]:
    """Return the row of a new copy."""
    return {
        "lane": copy.lane,
        "state": CopyState.WAITING.value,
        "kind": copy.kind.value,
        "service": copy.service,
        "service_key": copy.service.key,
        "provider": copy.provider,
        "user": copy.user,
        "user_key": copy.user.key,
        "other": copy.other,
        "method": copy.method,
        "module": copy.module,
        "interface_role": copy.interface_role.value,
        "version": copy.version.value,
        "path": copy.path,
        "query": copy.query,
        "content_type": copy.content_type,
        "correlation_id": copy.correlation_id,
        "signature": copy.signature,
        "strict": copy.strict,
        "body": copy.body,
        "created_at": copy.created_at,
        "attempts": 0,
    }


def copy_of(row: Row[*tuple[Any, ...]]) -> Copy:
    """Read a copy with its lane's state."""
    waits = row.state == CopyState.WAITING
    return Copy(
        id=row.id,
        message=NewCopy(
            kind=CopyKind(row.kind),
            lane=row.lane,
            service=row.service,
            provider=row.provider,
            user=row.user,
            other=row.other,
            method=row.method,
            module=row.module,
            interface_role=InterfaceRole(row.interface_role),
            version=VERSION_BY_NUMBER[row.version],
            path=row.path,
            query=row.query,
            content_type=row.content_type,
            correlation_id=row.correlation_id,
            signature=row.signature,
            strict=row.strict,
            body=row.body,
            created_at=row.created_at,
        ),
        state=CopyState(row.state),
        attempts=row.attempts,
        failures=row.failures or 0,
        problem=row.problem,
        due_at=row.due_at if waits else None,
        settled_at=row.settled_at,
    )
