"""What a session costs in gas, by lanes and without them; measured on the embedded chain in this run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One way to pay for sessions: so much gas for so many of them."""

    name: str
    gas: int
    sessions: int

    @property
    def each(self) -> float:
        return self.gas / self.sessions


async def measure_gas() -> list[Way]:
    """The ways in use first, then those that pay session by session."""
    from contracts.gas import on_embedded_chain  # the EVM is of no use to what is measured before

    used = await on_embedded_chain()
    return [
        Way("Lanes: one pair, 1 session a claim", used["claimOne"], 1),
        Way("Lanes: one pair, 10 sessions a claim", used["claimOne"], 10),
        Way("Lanes: one pair, 100 sessions a claim", used["claimOne"], 100),
        Way("Lanes: one pair, 100 sessions each way, set off", used["net"], 200),
        Way("Lanes: 10 payers, 1 session each, one claim", used["claim of 10 payers"], 10),
        Way("Lanes: 100 payers, 1 session each, one claim", used["claim of 100 payers"], 100),
        Way("Lanes that hold back: one pair, 100 sessions a claim", used["claimOne with hold-back"], 100),
        Way("EIP-3009: a signed transfer for each session", used["EIP-3009, one session"], 1),
        Way("Pot of 2019: a signature and a transaction for each CDR", used["pot of 2019, one session"], 1),
    ]


def gas_section(ways: list[Way]) -> list[str]:
    """As Markdown."""
    signed, pot = ways[-2].each, ways[-1].each
    lines = [
        "## Gas per session",
        "",
        "On the embedded chain at London rules, whole transactions, everything used before; the 2019 design",
        "is our own re-creation of it. A claim costs the same for any number of sessions of a pair.",
        "",
        "| | gas | sessions | gas per session | EIP-3009 costs | the pot of 2019 costs |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {way.name} | {way.gas:,} | {way.sessions} | {way.each:,.0f} |"
        f" {signed / way.each:,.1f} times as much | {pot / way.each:,.1f} times as much |"
        for way in ways
    ]
    return lines
