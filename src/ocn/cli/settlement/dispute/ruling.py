"""``ocn settlement dispute`` ``rule``, ``concede``, ``give-up``, ``release``: who ends one, and how."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.dispute.chosen import Chosen, Leaf, chosen_dispute, require_open
from ocn.cli.settlement.options import settlement_options, vault_options
from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session

app = typer.Typer()
_KEY = "Example: SIGNER=0x... ocn settlement dispute {}"


@app.command("rule", epilog=_KEY.format("rule 0x3f9c1b7a20de --to-payer 1.25"))
@takes(settlement=settlement_options, keys=vault_options)
def rule(
    leaf: Leaf,
    settlement: "Settlement",
    keys: "Keys",
    to_payer: Annotated[
        str | None,
        typer.Option("--to-payer", help="What the payer gets back, in whole units; the payee gets the rest."),
    ] = None,
    all_to: Annotated[
        Literal["payer", "payee"] | None, typer.Option("--all-to", help="Or all of it to one side.")
    ] = None,
) -> None:
    """As the arbiter, divide what is frozen, or give it whole to one side. It is final."""
    if (to_payer is None) == (all_to is None):
        raise typer.BadParameter("Give --to-payer AMOUNT or --all-to, one of them.")

    def divide(chosen: Chosen, session: "Session") -> int:
        _require_arbiter(chosen, session)
        if to_payer is None:
            return chosen.dispute.amount if all_to == "payer" else 0
        return _share(to_payer, chosen, session)

    _end(leaf, settlement, keys, divide)


@app.command("concede", epilog=_KEY.format("concede 0x3f9c1b7a20de"))
@takes(settlement=settlement_options, keys=vault_options)
def concede(leaf: Leaf, settlement: "Settlement", keys: "Keys") -> None:
    """As the payee, give all of it back to the payer. It is final."""

    def all_back(chosen: Chosen, session: "Session") -> int:
        _require_vault(session, chosen.dispute.lane.payee, "payee", "give it back")
        return chosen.dispute.amount

    _end(leaf, settlement, keys, all_back)


@app.command("give-up", epilog=_KEY.format("give-up 0x3f9c1b7a20de"))
@takes(settlement=settlement_options, keys=vault_options)
def give_up(leaf: Leaf, settlement: "Settlement", keys: "Keys") -> None:
    """As the payer, leave all of it to the payee after all. It is final."""

    def nothing_back(chosen: Chosen, session: "Session") -> int:
        _require_vault(session, chosen.dispute.lane.payer, "payer", "give it up")
        return 0

    _end(leaf, settlement, keys, nothing_back)


@app.command("release", epilog=_KEY.format("release 0x3f9c1b7a20de"))
@takes(settlement=settlement_options, keys=vault_options)
def release(leaf: Leaf, settlement: "Settlement", keys: "Keys") -> None:
    """After the arbiter's time, have the payee get what nobody ruled; anybody may."""

    def after_time(chosen: Chosen, session: "Session") -> int:
        from ocn.cli.settlement.output import moment

        if chosen.now < chosen.dispute.deadline:
            raise ConfigurationError(
                f"the arbiter has time until {moment(chosen.dispute.deadline)}; nobody may release it before",
                hint="Until then: the arbiter rules, the payee concedes, the payer gives up.",
            )
        return 0

    _end(leaf, settlement, keys, after_time)


def _end(
    leaf: str, settlement: "Settlement", keys: "Keys", divide: Callable[[Chosen, "Session"], int]
) -> None:
    """Find the dispute, have somebody decide what the payer gets, and send it."""
    from ocn.cli.settlement.output import show_outcome

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        from ocn.settlement.lanes import calls

        chosen = await chosen_dispute(session, leaf)
        require_open(chosen, session)
        dispute, to_payer = chosen.dispute, divide(chosen, session)
        sent = await session.send("resolve", calls.resolve(dispute.lane, dispute.leaf, to_payer))
        return {
            "leaf": "0x" + dispute.leaf.hex(),
            "token": chosen.token.symbol,
            "to_payer": session.shown(to_payer, chosen.token),
            "to_payee": session.shown(dispute.amount - to_payer, chosen.token),
        }, [sent]

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


def _require_arbiter(chosen: Chosen, session: "Session") -> None:
    from ocn.cli.settlement.output import moment

    if session.vault != chosen.arbiter:
        raise ConfigurationError(
            f"{session.vault} is not the arbiter of this lane: {chosen.arbiter or 'it has none any more'}",
            hint="The payee may concede, the payer give up, and after the arbiter's time anybody release.",
        )
    if chosen.now >= chosen.dispute.deadline:
        raise ConfigurationError(
            f"the arbiter's time ended at {moment(chosen.dispute.deadline)}: it falls to the payee",
            hint="Anybody may have that done: ocn settlement dispute release.",
        )


def _share(text: str, chosen: Chosen, session: "Session") -> int:
    """Read what the payer gets, which may be nothing."""
    from ocn.settlement.core.amounts import units_from_text

    units = units_from_text(text, chosen.token.decimals)
    if units > chosen.dispute.amount:
        frozen = session.shown(chosen.dispute.amount, chosen.token)
        raise ConfigurationError(
            f"{frozen} {chosen.token.symbol} are frozen, not {session.shown(units, chosen.token)}"
        )
    return units


def _require_vault(session: "Session", vault: str, side: str, act: str) -> None:
    if session.vault != vault:
        raise ConfigurationError(
            f"only the {side} {vault} may {act}, by the vault's own key; the signer is {session.vault}"
        )
