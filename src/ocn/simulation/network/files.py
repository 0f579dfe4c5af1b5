"""The directory of a local network: what it remembers between runs, and the settings of its nodes."""

import json
import os
import secrets
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.networks import BUILT_IN
from ocn.errors import ConfigurationError
from ocn.party.identity.key import load_or_create_key
from ocn.signing.keys import PrivateKey

HOST = "127.0.0.1"
CHAIN = BUILT_IN["local"]
"""Chain id and contract addresses of every local network."""
SPENDER = PrivateKey.from_hex(DEVELOPMENT_ACCOUNTS[1].key)
"""The account that pays for listings; its key is public and its coins are worth nothing."""
NODES = 2


@dataclass(frozen=True, slots=True)
class Ports:
    """Where things listen; 0 is whatever is free."""

    chain: int = 0
    nodes: tuple[int, ...] = (0,) * NODES


@dataclass(frozen=True, slots=True)
class NodeFiles:
    """One node's part of the directory."""

    name: str
    directory: Path
    port: int
    key: PrivateKey = field(repr=False)
    admin_key: str = field(repr=False)

    @property
    def url(self) -> str:
        """Its base URL, as the registry lists it."""
        return f"http://{HOST}:{self.port}"

    @property
    def config(self) -> Path:
        """Its settings."""
        return self.directory / "node.toml"


class NetworkFiles:
    """Creates what is missing in a directory and reads what is there."""

    def __init__(self, directory: Path, ports: Ports, *, signatures_required: bool = True) -> None:
        """Settle the ports: those of an earlier run, those asked for, or free ones.

        Raises:
            ConfigurationError: other ports are asked for than the registry of this directory names, or the
                directory cannot be used.
        """
        self._signatures_required = signatures_required
        self.directory = directory.absolute()
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self.ports = self._settled(ports)
            self.nodes = tuple(self._node(n, port) for n, port in enumerate(self.ports.nodes, start=1))
        except OSError as error:
            raise ConfigurationError(f"cannot use {directory}: {error.strerror}") from error

    @property
    def chain_url(self) -> str:
        """Where the chain answers JSON-RPC."""
        return f"http://{HOST}:{self.ports.chain}"

    @property
    def logs(self) -> Path:
        """Where every process writes its log."""
        return self.directory / "logs"

    @property
    def chain_state(self) -> Path:
        """The file of the chain."""
        return self.directory / "chain.sqlite"

    def _settled(self, wanted: Ports) -> Ports:
        file = self.directory / "network.json"
        if not file.exists():
            chosen = _filled(wanted)
            file.write_text(json.dumps({"chain": chosen.chain, "nodes": list(chosen.nodes)}), "utf-8")
            return chosen
        try:
            kept = json.loads(file.read_text("utf-8"))
            ports = Ports(int(kept["chain"]), tuple(int(port) for port in kept["nodes"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{file} is not the file of a local network") from error
        asked = (wanted.chain, *wanted.nodes)
        if any(a not in (0, k) for a, k in zip(asked, (ports.chain, *ports.nodes), strict=True)):
            raise ConfigurationError(
                f"the network in {self.directory} listens on {ports.chain}, "
                f"{', '.join(map(str, ports.nodes))}; its registry names these",
                hint="Leave the ports out, or start in another directory.",
            )
        return ports

    def _node(self, n: int, port: int) -> NodeFiles:
        directory = self.directory / f"node-{n}"
        directory.mkdir(exist_ok=True)
        key = load_or_create_key(directory / "key")
        node = NodeFiles(f"node-{n}", directory, port, key, _secret(directory / "admin-key"))
        node.config.write_text(self._toml(node), "utf-8")
        return node

    def _toml(self, node: NodeFiles) -> str:
        # JSON strings and booleans are TOML's, too.
        text = json.dumps
        return "\n".join(
            (
                f"url = {text(node.url)}",
                f"listen = {{ host = {text(HOST)}, port = {node.port} }}",
                f"hub = {{ name = {text(f'OCN {node.name}')} }}",
                f"database = {{ url = {text(f'sqlite:///{node.directory}/node.sqlite')} }}",
                f"signatures = {{ required = {text(self._signatures_required)} }}",
                "network = { allow_http = true, allow_private_addresses = true }",
                "[identity]",
                f"key_file = {text(str(node.directory / 'key'))}",
                f"admin_key_file = {text(str(node.directory / 'admin-key'))}",
                "[chain]",
                f"url = {text(self.chain_url)}",
                f"registry = {text(CHAIN.registry)}",
                f"permissions = {text(CHAIN.permissions)}",
                "confirmations = 0",
                "poll_seconds = 0.1",
                f"index_file = {text(str(node.directory / 'registry-index.sqlite'))}",
                "",
            )
        )


def _secret(file: Path) -> str:
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(24) + "\n")
    return file.read_text("utf-8").strip()


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


def _filled(ports: Ports) -> Ports:
    free = iter(free_ports(1 + len(ports.nodes)))
    return Ports(ports.chain or next(free), tuple(port or next(free) for port in ports.nodes))
