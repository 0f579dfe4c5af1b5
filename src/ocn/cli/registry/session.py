"""What a registry command does once its options are known: connect, ask or change, print."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from ocn.chain.client import ChainClient
from ocn.chain.errors import WalletError
from ocn.chain.networks import Network, built_in, contract_address, with_file
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.chain.values import Receipt
from ocn.chain.wallet import key_from_file, key_from_hex, password_source
from ocn.cli.registry.output import show_receipt
from ocn.errors import ConfigurationError
from ocn.registry.calls import Change
from ocn.registry.reading import RegistryReader
from ocn.registry.writing import RegistryWriter
from ocn.signing.keys import PrivateKey

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Connection:
    """A network, and how its answers are printed."""

    network: Network
    as_json: bool

    def ask(self, question: Callable[[RegistryReader], Awaitable[T]]) -> T:
        """Run a question against the contracts."""

        async def run() -> T:
            async with RpcClient(self.network.rpc_url) as rpc:
                return await question(self._reader(ChainClient(rpc)))

        return asyncio.run(run())

    def change(
        self,
        change: Change,
        keys: "Keys | RawKeys",
        *,
        unless: Callable[[RegistryReader, str], Awaitable[None]] | None = None,
    ) -> None:
        """Make a change and print the receipt; ``unless`` may look at the chain first, and raise."""
        owner = keys.key() if isinstance(keys, Keys) else keys.owner.key()
        payer = owner if isinstance(keys, Keys) else keys.payer.key()

        async def run() -> Receipt:
            async with RpcClient(self.network.rpc_url) as rpc:
                chain = ChainClient(rpc)
                if unless is not None:
                    await unless(self._reader(chain), owner.address)
                writer = RegistryWriter(Sender(chain, payer), self.network.registry, self.network.permissions)
                if isinstance(keys, Keys):
                    return await writer.send(change)
                return await (writer.send_typed if keys.typed else writer.send_raw)(change, owner)

        show_receipt(asyncio.run(run()), as_json=self.as_json)

    def _reader(self, chain: ChainClient) -> RegistryReader:
        return RegistryReader(chain, self.network.registry, self.network.permissions)


@dataclass(frozen=True, slots=True)
class Keys:
    """Where one private key may be: the environment first, then a flag, then a file."""

    text: str | None = field(repr=False)
    keystore: Path | None
    password_file: Path | None
    environment: Mapping[str, str] = field(repr=False)
    who: str = "signer"

    def key(self) -> PrivateKey:
        """Return the key.

        Raises:
            WalletError: there is none, or it cannot be read.
        """
        variable = self.who.upper()
        if self.environment.get(variable):
            return key_from_hex(self.environment[variable], f"the variable {variable}")
        if self.text is not None:
            return key_from_hex(self.text, f"--{self.who}")
        if self.keystore is not None:
            prompt = f"Password of {self.keystore}: "
            return key_from_file(
                self.keystore, password_source(self.password_file, self.environment, prompt=prompt)
            )
        option = "--keystore" if self.who == "signer" else "--spender-keystore"
        raise WalletError(
            f"No {self.who} provided. Unable to send transaction.",
            hint=f"Set {variable}, or give --{self.who} or {option}.",
        )


@dataclass(frozen=True, slots=True)
class RawKeys:
    """The key that owns the listing, the key that pays, and which kind of signature joins them."""

    owner: Keys
    payer: Keys
    typed: bool


def connect(
    network: str,
    network_file: Path | None,
    rpc: str | None,
    registry: str | None,
    permissions: str | None,
    *,
    as_json: bool,
) -> Connection:
    """Return the network that the options describe; the more particular option wins.

    Raises:
        ConfigurationError: an option that cannot be used.
    """
    chosen = built_in(network)
    if network_file is not None:
        chosen = with_file(chosen, network_file)
    if rpc is not None:
        chosen = replace(chosen, rpc_url=rpc)
    if registry is not None:
        chosen = replace(chosen, registry=contract_address(registry, "Registry"))
    if permissions is not None:
        chosen = replace(chosen, permissions=contract_address(permissions, "Permissions"))
    return Connection(chosen, as_json)


def account(text: str) -> str:
    """Read an address argument, in EIP-55 case; a mixed-case one must have the right case.

    Raises:
        ConfigurationError: it is none.
    """
    from ocn.signing.addresses import address_bytes, checksummed
    from ocn.signing.errors import SignatureInvalid

    written = text if text.startswith(("0x", "0X")) else f"0x{text}"
    try:
        address = checksummed(address_bytes(written))
    except SignatureInvalid:
        address = ""
    digits = written[2:]
    if not address or (digits not in (digits.lower(), digits.upper()) and address[2:] != digits):
        raise ConfigurationError(
            f'Invalid address. Expected Ethereum address, got "{text}".',
            hint="0x and 40 hex digits; in mixed case the case is a checksum.",
        )
    return address
