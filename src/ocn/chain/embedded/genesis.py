"""The first four transactions of a local network: the contracts where existing clients expect them.

A contract's address follows from its creator and the creator's nonce. The registry client's built-in
``local`` addresses are those of account 0 at nonces 2 and 3, as its old deployment tool used nonces 0 and 1
for itself; two empty transfers stand in for those.
"""

from dataclasses import dataclass
from typing import Final

from ocn.chain.embedded.accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.embedded.devnet import Devnet
from ocn.chain.embedded.errors import DevnetError
from ocn.chain.embedded.quantities import data
from ocn.chain.embedded.transactions import Call, sign_legacy

DEPLOYER: Final = DEVELOPMENT_ACCOUNTS[0]
REGISTRY_ADDRESS: Final = "0x345cA3e014Aaf5dcA488057592ee47305D9B3e10"
PERMISSIONS_ADDRESS: Final = "0xf25186B5081Ff5cE73482AD761DB0eB0d25abfBF"
DEPLOYMENT_GAS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class NetworkContracts:
    """Where the two contracts of a local network live."""

    registry: str
    permissions: str


async def deploy_network_contracts(
    devnet: Devnet, registry_bytecode: bytes, permissions_bytecode: bytes
) -> NetworkContracts:
    """Put Registry and Permissions at the addresses existing clients have built in.

    Where they already are it does nothing. The bytecodes are creation code without constructor arguments;
    Permissions is given the registry's address. An interrupted deployment is continued.

    Raises:
        DevnetError: account 0 was used for something else first, or a creation failed.
    """
    registry = bytes.fromhex(REGISTRY_ADDRESS[2:])
    steps = (
        (DEPLOYER.address_bytes, b""),
        (DEPLOYER.address_bytes, b""),
        (b"", registry_bytecode),
        (b"", permissions_bytecode + registry.rjust(32, b"\0")),
    )
    nonce = int(await devnet.rpc("eth_getTransactionCount", [DEPLOYER.address, "latest"]), 16)
    for step in range(nonce, len(steps)):
        to, payload = steps[step]
        call = Call(DEPLOYER.address_bytes, to, DEPLOYMENT_GAS if payload else 21_000, 0, payload)
        raw = sign_legacy(call, step, DEPLOYER.key_bytes, devnet.chain_id)
        transaction_hash = await devnet.rpc("eth_sendRawTransaction", [data(raw)])
        receipt = await devnet.rpc("eth_getTransactionReceipt", [transaction_hash])
        if receipt["status"] != "0x1":
            raise DevnetError(
                f"step {step} of the network's deployment failed: {receipt['gasUsed']} gas used"
            )
    for address in (REGISTRY_ADDRESS, PERMISSIONS_ADDRESS):
        if await devnet.rpc("eth_getCode", [address, "latest"]) == "0x":
            raise DevnetError(
                f"there is no contract at {address}, and account 0 has already sent other transactions",
                hint="Start with a new chain state, or deploy elsewhere and configure the addresses.",
            )
    return NetworkContracts(REGISTRY_ADDRESS, PERMISSIONS_ADDRESS)
