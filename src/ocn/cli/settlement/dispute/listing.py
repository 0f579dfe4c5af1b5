"""``ocn settlement disputes``: what is frozen on hold-back lanes, until when, and who decides."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.database import OptionalDatabase, opened_store
from ocn.cli.settlement.options import OneToken, settlement_options

if TYPE_CHECKING:
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.core.disputing import Dispute
    from ocn.settlement.lanes import LaneIndex

app = typer.Typer()


@app.command(
    "disputes",
    rich_help_panel="Counterparties",
    epilog="Example: ocn settlement disputes --party 0x63ed...d1a4 --json",
)
@takes(settlement=settlement_options)
def disputes(
    settlement: "Settlement",
    party: Annotated[
        str | None,
        typer.Option("--party", help="Only where this address pays, is paid or is the arbiter."),
    ] = None,
    token: OneToken = None,
    ended: Annotated[bool, typer.Option("--all", help="Those that are resolved, too.")] = False,
    database: OptionalDatabase = None,
) -> None:
    """List what is frozen until the arbiter divides it, or its time is over: one line a dispute."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_all

    who = None if party is None else account(party)

    async def read(session: "Session") -> list[dict[str, Any]]:
        from ocn.cli.settlement.dispute.rows import dispute_row, dispute_summary
        from ocn.settlement.core.disputing import Standing

        tokens = {one.address: one for one in await session.chosen_tokens(token)}
        index, now = await session.index(), await session.now()
        row = dispute_row if settlement.as_json else dispute_summary
        found = []
        for dispute in every_dispute(session, index):
            arbiter = index.lane(dispute.lane.payer, dispute.lane.payee, dispute.lane.token).arbiter
            concerned = who in (None, dispute.lane.payer, dispute.lane.payee, arbiter)
            over = dispute.standing(now) is Standing.RESOLVED
            if dispute.lane.token in tokens and concerned and (ended or not over):
                found.append((dispute, row(dispute, arbiter, tokens[dispute.lane.token], now)))
        if database is not None:
            await _name_sessions(database, found)
        return [shown for _, shown in sorted(found, key=lambda one: one[0].deadline)]

    nothing = "There are no disputes." if ended else "There are no open disputes."
    show_all(settlement.run(read), lambda row: row, as_json=settlement.as_json, nothing=nothing)


def every_dispute(session: "Session", index: "LaneIndex") -> list["Dispute"]:
    """Return every dispute that the contract ever had."""
    from ocn.settlement.lanes.ledger import dispute_of

    return [
        dispute_of(session.lane(key.first, key.second, key.third), key.fourth, record)
        for key, record in index.disputes()
    ]


async def _name_sessions(database: str, found: list[tuple["Dispute", dict[str, Any]]]) -> None:
    """Add what each is about, as far as the party's log has it."""
    from ocn.cli.settlement.dispute.rows import about
    from ocn.settlement.service.proving import disputed_leaf

    async with opened_store(database) as store:
        for dispute, row in found:
            row.update(about(await disputed_leaf(store, dispute)))
