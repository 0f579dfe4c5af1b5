"""The first transactions of a local network: the contracts where clients expect them.

A contract's address follows from its creator and the creator's nonce. The registry client's built-in
``local`` addresses are those of account 0 at nonces 2 and 3, as its old deployment tool used nonces 0 and 1
for itself; two empty transfers stand in for those. The contracts of settlement have a creator of their own,
so that they find their places on a chain that has been used before, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS, DevelopmentAccount
from ocn.chain.embedded.devnet import Devnet
from ocn.chain.embedded.errors import DevnetError
from ocn.chain.embedded.quantities import data
from ocn.chain.embedded.rendering import created_address
from ocn.chain.embedded.transactions import Call, sign_legacy
from ocn.signing.addresses import checksummed

DEPLOYER: Final = DEVELOPMENT_ACCOUNTS[0]
REGISTRY_ADDRESS: Final = "0x345cA3e014Aaf5dcA488057592ee47305D9B3e10"
PERMISSIONS_ADDRESS: Final = "0xf25186B5081Ff5cE73482AD761DB0eB0d25abfBF"
SETTLEMENT_DEPLOYER: Final = DevelopmentAccount(
    "0xa6406591044aeA2FA2108c8b09060262D2b0681F",
    "0xddbda58732524412b7788b5eea5ecaa8357a5bb5b800fd49f6aa4a4b966d7d84",
)
"""Its key is public as the others are, and it owns nothing: gas costs nothing here."""
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
    await _perform(devnet, DEPLOYER, steps)
    await _check(devnet, (REGISTRY_ADDRESS, PERMISSIONS_ADDRESS), "account 0")
    return NetworkContracts(REGISTRY_ADDRESS, PERMISSIONS_ADDRESS)


async def deploy_settlement_contracts(devnet: Devnet, creations: Sequence[bytes]) -> tuple[str, ...]:
    """Create these contracts, one after the other, at addresses that depend on nothing but their order.

    Those that are there already are left alone, so what is added at the end later finds its place on a chain
    of today. Takes creation code followed by its arguments; returns the addresses in EIP-55 case.

    Raises:
        DevnetError: a creation failed, or the creator's public key was used for something else.
    """
    await _perform(devnet, SETTLEMENT_DEPLOYER, [(b"", creation) for creation in creations])
    creator = SETTLEMENT_DEPLOYER.address_bytes
    addresses = tuple(checksummed(created_address(creator, nonce)) for nonce in range(len(creations)))
    await _check(devnet, addresses, f"account {SETTLEMENT_DEPLOYER.address}")
    return addresses


async def _perform(devnet: Devnet, account: DevelopmentAccount, steps: Sequence[tuple[bytes, bytes]]) -> None:
    """Send the account's first transactions, each to an address (none: a creation), from its nonce on."""
    nonce = int(await devnet.rpc("eth_getTransactionCount", [account.address, "latest"]), 16)
    for step in range(nonce, len(steps)):
        to, payload = steps[step]
        call = Call(account.address_bytes, to, DEPLOYMENT_GAS if payload else 21_000, 0, payload)
        raw = sign_legacy(call, step, account.key_bytes, devnet.chain_id)
        transaction_hash = await devnet.rpc("eth_sendRawTransaction", [data(raw)])
        receipt = await devnet.rpc("eth_getTransactionReceipt", [transaction_hash])
        if receipt["status"] != "0x1":
            raise DevnetError(
                f"step {step} of the network's deployment failed: {receipt['gasUsed']} gas used"
            )


async def _check(devnet: Devnet, addresses: Sequence[str], who: str) -> None:
    for address in addresses:
        if await devnet.rpc("eth_getCode", [address, "latest"]) == "0x":
            raise DevnetError(
                f"there is no contract at {address}, and {who} has already sent other transactions",
                hint="Start with a new chain state, or deploy elsewhere and configure the addresses.",
            )
