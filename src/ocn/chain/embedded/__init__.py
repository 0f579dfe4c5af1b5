"""The embedded chain: an EVM chain of one's own, in this process, with JSON-RPC on loopback.

Enters: signed transactions and JSON-RPC requests, in process (`Devnet.rpc`) or over HTTP (`serving`,
`serve`). Leaves: what a London chain answers: receipts, logs, call results, errors in go-ethereum's words.
State lives in one SQLite file and survives a restart; every transaction is mined at once, in a block of its
own. It is for one machine: no consensus, no proofs, and twenty accounts whose keys are public.

It must not know what the contracts mean, who the parties are, or anything of OCPI. It imports py-evm, and
nothing else of the house does (extra ``ocn[devnet]``).
"""

from ocn.chain.embedded import recursion  # noqa: F401 - before anything imports py-evm; see there

# isort: split
from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS, DEVELOPMENT_MNEMONIC, DevelopmentAccount
from ocn.chain.embedded.devnet import Devnet
from ocn.chain.embedded.errors import DevnetError, RpcError
from ocn.chain.embedded.genesis import (
    PERMISSIONS_ADDRESS,
    REGISTRY_ADDRESS,
    NetworkContracts,
    deploy_network_contracts,
    deploy_settlement_contracts,
)
from ocn.chain.embedded.server import DEFAULT_PORT, serve, serving
from ocn.chain.embedded.settings import Settings

__all__ = [
    "DEFAULT_PORT",
    "DEVELOPMENT_ACCOUNTS",
    "DEVELOPMENT_MNEMONIC",
    "PERMISSIONS_ADDRESS",
    "REGISTRY_ADDRESS",
    "DevelopmentAccount",
    "Devnet",
    "DevnetError",
    "NetworkContracts",
    "RpcError",
    "Settings",
    "deploy_network_contracts",
    "deploy_settlement_contracts",
    "serve",
    "serving",
]
