"""Everything that somebody needs who connects a back end to the local network; also as shell variables."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party.identity.key import load_or_create_key
from ocn.simulation.network.files import CHAIN, SPENDER
from ocn.simulation.network.network import LocalNetwork
from ocn.simulation.play.cast import Cast
from ocn.simulation.play.curl import CurlLines


async def facts_of(network: LocalNetwork, cast: Cast, you: PartyId, role: Role) -> dict[str, Any]:
    """Everything that an integrator needs, as it is printed in JSON."""
    node = network.nodes[0]
    key_file = network.directory / "parties" / you.key / "key"
    load_or_create_key(key_file)
    set_party = [
        *("ocn", "registry", "set-party-raw", "--rpc", network.chain_url),
        *("--credentials", you.country_code, you.party_id),
        *("--roles", str(role), "--operator", node.operator),
    ]
    key = f'SIGNER="$(cat {shlex.quote(str(key_file))})" SPENDER={SPENDER.secret.hex()}'
    registered = await network.is_connected(you, node)
    return {
        "chain": {
            "url": network.chain_url,
            "chain_id": CHAIN.chain_id,
            "registry": network.registry,
            "permissions": network.permissions,
        },
        "nodes": [
            {
                "name": each.name,
                "url": each.url,
                "versions_url": each.versions_url,
                "operator": each.operator,
                "admin_key": each.admin_key,
            }
            for each in network.nodes
        ],
        "parties": [
            {"party": str(player.id), "node": player.node_url, "url": player.party.base_url}
            for player in cast.players
        ],
        "you": {
            "party": str(you),
            "role": str(role),
            "node": node.name,
            "versions_url": node.versions_url,
            "registered": registered,
            "token_a": None if registered else await network.invite(you, node),
            "key_file": str(key_file),
            "spender": SPENDER.secret.hex(),
            "set_party": f"{key} {shlex.join(set_party)}",
        },
        "driver": _driver(cast) if role is Role.SCSP else None,
        "directory": str(network.directory),
        "variables": str(network.directory / "network.env"),
        "logs": str(network.logs),
    }


@contextmanager
def variables_of_shell(facts: dict[str, Any]) -> Iterator[None]:
    """Have what a shell needs in a file, for ``. network.env``; readable by its owner only."""
    file = Path(facts["variables"])
    nodes = {
        f"NODE{n}_{name.upper()}": node[name]
        for n, node in enumerate(facts["nodes"], start=1)
        for name in ("url", "operator", "admin_key")
    }
    variables = {
        "CHAIN_URL": facts["chain"]["url"],
        **nodes,
        "PARTY_KEY_FILE": facts["you"]["key_file"],
        "SPENDER": facts["you"]["spender"],
    }
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(str(value))}\n" for name, value in variables.items()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _driver(cast: Cast) -> str:
    """What makes a car of the simulated eMSP charge at the first CPO."""
    cpo = cast.cpos[0]
    location = next(iter(cpo.operations.points.locations.values()))
    lines = CurlLines(cast.emsp.party, cast.emsp.id)
    return lines.start_session(cpo.id, cast.emsp.tokens[1], location["id"], location["evses"][0]["uid"])
