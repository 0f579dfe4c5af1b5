"""What conversion costs a relayed message of 2 kB: ``python -m bench.conversions [--rounds N]``.

The whole way of a message through one process, bytes to bytes, without sockets: read, accept, route, convert,
encode, read the answer, convert it, encode. The rate between two versions is told as a share of the rate
without conversion, measured in turn on the same machine.
"""

import argparse
import asyncio
import json

from bench.bodies import Message, messages
from bench.profile import RECEIVER, SENDER, best_of, relay_of
from ocn.conversion import Contents, ObjectKind, Versions, convert_request_body
from ocn.ocpi.versions import VersionNumber
from ocn.signing import PrivateKey

_SAME = (VersionNumber.V2_2_1, VersionNumber.V2_2_1)
CROSSINGS = (
    _SAME,
    (VersionNumber.V2_2_1, VersionNumber.V2_3_0),
    (VersionNumber.V2_3_0, VersionNumber.V2_2_1),
    (VersionNumber.V2_2, VersionNumber.V2_3_0),
)


def shares(rounds: int = 7, repetitions: int = 500) -> dict[str, float]:
    """The rate of each crossing, as a share of the rate between equal versions."""
    key = PrivateKey.generate()
    message = messages(SENDER, RECEIVER, key)["2 kB"]
    relays = {
        crossing: asyncio.run(relay_of(written_in(message, crossing[0]), key, *crossing))
        for crossing in CROSSINGS
    }
    best = dict.fromkeys(CROSSINGS, float("inf"))
    for _ in range(rounds):
        for crossing, relay in relays.items():
            best[crossing] = min(best[crossing], best_of(relay, 1, repetitions))
    return {f"{source} -> {target}": best[_SAME] / taken for (source, target), taken in best.items()}


def conversions_section(found: dict[str, float]) -> list[str]:
    """The same as Markdown."""
    return [
        "## Conversion",
        "",
        "A session of 2 kB between versions, bytes to bytes through the whole relay without sockets; the",
        "rate as a share of the rate between equal versions.",
        "",
        "| | share of the rate without conversion |",
        "|---|---|",
        *(f"| {crossing} | {share:.2f} |" for crossing, share in found.items()),
    ]


def written_in(message: Message, version: VersionNumber) -> Message:
    session = json.loads(message.body)
    session["total_cost"] = {"excl_vat": 8.50, "incl_vat": 9.35}
    versions = Versions(VersionNumber.V2_2_1, version)
    turned = convert_request_body(json.dumps(session).encode(), Contents(ObjectKind.SESSION), versions)
    return Message(message.name, turned.value, message.headers)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.conversions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    for crossing, share in shares(parser.parse_args().rounds).items():
        print(f"{crossing:16} {share:5.0%} of the rate without conversion")


if __name__ == "__main__":
    main()
