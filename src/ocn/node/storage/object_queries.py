"""The SELECTs of the object store: each reads a range of an index, whatever the size of the store.

Two ways lead to a selection by date: along the list, passing over what is too old, or, when few are known to
match, from what is fresh, put in order. The list itself is never counted and never skipped through but by
``offset``.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, select, union_all

from ocn.node.object_store.model import EVERYONE, ObjectState, Selection
from ocn.node.storage.object_tables import object_name, stored_object

_C = stored_object.c
_GONE = ObjectState.GONE.value


def audiences(selection: Selection) -> list[str]:
    """Return whose objects a viewer sees: everyone's and, where there are any, its own."""
    if selection.viewer == EVERYONE or not selection.own_versions:
        return [EVERYONE]
    return [EVERYONE, selection.viewer]


def selected(selection: Selection, audience: str) -> ColumnElement[bool]:
    """Return the condition for what a viewer sees of one audience."""
    conditions = [_C.module == selection.module, _C.audience == audience, _C.state != _GONE]
    if selection.hidden and audience == EVERYONE:
        conditions.append(_C.owner_key.not_in(sorted(selection.hidden)))
    if selection.updated_from is not None:
        conditions.append(_C.fresh_at >= selection.updated_from)
    if selection.updated_to is not None:
        conditions.append(_C.last_updated < selection.updated_to)
    if audience == EVERYONE and len(audiences(selection)) > 1:
        conditions.append(not_(_has_version_for(selection.viewer)))
    return and_(*conditions)


def _has_version_for(viewer: str) -> ColumnElement[bool]:
    """Return whether the viewer was sent an object of its own in place of everyone's."""
    own = stored_object.alias("own")
    return exists().where(
        own.c.module == _C.module,
        own.c.owner_key == _C.owner_key,
        own.c.object_key == _C.object_key,
        own.c.audience == viewer,
        own.c.state != _GONE,
    )


def places(selection: Selection, audience: str, *, after: int, most: int, few: bool) -> Select[Any]:
    """Return positions and sizes of the next objects of one audience."""
    condition = selected(selection, audience)
    if not few:
        listed = select(_C.position, _C.size).where(condition, _C.position > after)
        return listed.order_by(_C.position).limit(most)
    fresh = select(_C.position, _C.size).where(condition).cte("fresh").prefix_with("MATERIALIZED")
    found = select(fresh.c.position, fresh.c.size).where(fresh.c.position > after)
    return found.order_by(fresh.c.position).limit(most)


def counted(selection: Selection) -> Select[Any]:
    """Return the number of what is selected."""
    several = [
        select(func.count().label("found")).where(selected(selection, audience))
        for audience in audiences(selection)
    ]
    together = union_all(*several).subquery()
    return select(func.sum(together.c.found))


def at_offset(selection: Selection, offset: int) -> Select[Any]:
    """Return the position at an offset."""
    several = [
        select(_C.position.label("position")).where(selected(selection, audience))
        for audience in audiences(selection)
    ]
    together = union_all(*several).subquery()
    return select(together.c.position).order_by(together.c.position).offset(offset).limit(1)


def named(kind: str, key: str, viewer: str) -> Select[Any]:
    """Return the objects of a name that are for everyone or for a viewer, in the order of the list."""
    own = literal(viewer != EVERYONE)
    return (
        select(stored_object)
        .join(object_name, object_name.c.position == _C.position)
        .where(
            object_name.c.kind == kind,
            object_name.c.name_key == key,
            _C.audience.in_([EVERYONE, viewer]),
            _C.state != _GONE,
            not_(and_(own, _C.audience == EVERYONE, _has_version_for(viewer))),
        )
        .order_by(_C.position)
    )
