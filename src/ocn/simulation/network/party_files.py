"""The directory of one simulated party: its key, what it remembers, and the port it can be found at."""

from pathlib import Path

from ocn.errors import ConfigurationError
from ocn.party.identity.key import load_or_create_key
from ocn.party.serving import bind
from ocn.party.storage.sqlite import SqliteStorage
from ocn.signing.keys import PrivateKey
from ocn.simulation.network.files import HOST, free_ports


class PartyFiles:
    """Creates what is missing in a directory and reads what is there."""

    def __init__(
        self, directory: Path, *, key: PrivateKey | None = None, host: str = HOST, port: int = 0
    ) -> None:
        """Keep a key and a port that are given the first time; without them make and find some.

        Raises:
            ConfigurationError: another key was kept before, the port cannot be listened on at the host (then
                nothing is kept), or the directory cannot be used.
        """
        self.directory = directory
        if port:
            bind(host, port).close()
        try:
            directory.mkdir(parents=True, exist_ok=True)
            if key is not None and not (directory / "key").exists():
                _write_key(directory / "key", key)
            self.key = load_or_create_key(directory / "key")
            self.port = port or _kept_port(directory / "port")
            (directory / "port").write_text(f"{self.port}\n", "ascii")
        except OSError as error:
            raise ConfigurationError(f"cannot use {directory}: {error.strerror}") from error
        if key is not None and key.address != self.key.address:
            raise ConfigurationError(
                f"{directory} belongs to the party with key {self.key.address}",
                hint="Leave the key out, or choose another directory.",
            )
        self.storage = SqliteStorage(directory / "party.sqlite", secret=self.key.secret)


def _write_key(path: Path, key: PrivateKey) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(key.secret.hex() + "\n", "ascii")


def _kept_port(path: Path) -> int:
    if not path.exists():
        return free_ports(1)[0]
    try:
        return int(path.read_text("ascii"))
    except ValueError as error:
        raise ConfigurationError(f"{path} holds no port") from error
