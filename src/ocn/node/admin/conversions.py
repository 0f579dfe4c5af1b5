"""What the operator sees and decides of conversions: reports, and how each platform is treated."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ocn.conversion import LENIENT, Allowance, Choice, Policy, Strictness
from ocn.node.admin.changing import put_changed
from ocn.node.admin.guarded import GuardedRoute, read_body
from ocn.node.converting.reports import ConversionReport, ConversionReports
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ports import PlatformStore
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.timestamps import format_datetime


class _Wanted(msgspec.Struct, forbid_unknown_fields=True):
    policy: Choice | None = None
    """Left out: as the node's settings say."""
    allow: list[str] = msgspec.field(default_factory=list)
    strict: list[str] = msgspec.field(default_factory=list)


class ConversionPages:
    """``/admin/conversions`` and ``/admin/platforms/{id}/conversion``."""

    def __init__(
        self, *, reports: ConversionReports, default: Policy, members: Members, store: PlatformStore
    ) -> None:
        self._reports = reports
        self._default = default
        self._members = members
        self._store = store

    def routes(self) -> Iterable[GuardedRoute]:
        """Return the routes and their methods."""
        yield "/admin/conversions", self._list, ["GET"]
        yield "/admin/platforms/{id}/conversion", self._policy, ["GET", "PUT", "DELETE"]

    async def _list(self, _request: Request) -> Response:
        return JSONResponse([_report_view(report) for report in self._reports.latest()])

    async def _policy(self, request: Request) -> Response:
        platform = self._members.by_id(request.path_params["id"])
        if platform is None:
            return PlainTextResponse("no such platform\n", 404)
        if request.method == "PUT":
            platform = await self._changed(platform, *_decided(await read_body(request, _Wanted)))
        elif request.method == "DELETE":
            platform = await self._changed(platform, None, LENIENT)
        policy = platform.conversion or self._default
        return JSONResponse(
            {
                "policy": policy.dangerous,
                "allow": [str(allowance) for allowance in policy.allowances],
                "default": platform.conversion is None,
                "strict": platform.strictness.flags,
            }
        )

    async def _changed(self, platform: Platform, policy: Policy | None, strict: Strictness) -> Platform:
        changed = replace(platform, conversion=policy, strictness=strict)
        return await put_changed(changed, replaces=platform, store=self._store, members=self._members)


def _decided(wanted: _Wanted) -> tuple[Policy | None, Strictness]:
    if wanted.policy is None and wanted.allow:
        raise ClientFault("allow is read under a policy: say which")
    try:
        allowed = tuple(map(Allowance.parse, wanted.allow))
        policy = Policy(wanted.policy, allowed) if wanted.policy is not None else None
        return policy, Strictness.of(wanted.strict)
    except ValueError as error:
        raise ClientFault(str(error)) from error


def _report_view(report: ConversionReport) -> dict[str, object]:
    return {
        "at": format_datetime(report.at),
        "from": str(report.sender),
        "to": str(report.receiver),
        "method": report.method,
        "module": report.module,
        "path": report.path,
        "source": report.source,
        "target": report.target,
        "refused": report.refused,
        "changed": report.changed,
        "changes": [
            {"pointer": change.pointer, "loss": change.loss, "note": change.note, "version": change.version}
            for change in report.changes
        ],
    }
