"""Directories of networks and parties: made once, read again, and never silently changed."""

import socket
import stat
import tomllib
from pathlib import Path

import pytest

from ocn.errors import ConfigurationError
from ocn.node.config import load_config
from ocn.signing.keys import PrivateKey
from ocn.simulation.network.files import NetworkFiles, Ports, free_ports
from ocn.simulation.network.party_files import PartyFiles


def test_network_directory_opened_again_is_the_same_network(tmp_path: Path) -> None:
    first = NetworkFiles(tmp_path, Ports(), signatures_required=True)
    again = NetworkFiles(tmp_path, Ports(chain=first.ports.chain), signatures_required=True)
    assert again.ports == first.ports
    assert [node.key.address for node in again.nodes] == [node.key.address for node in first.nodes]
    assert len({first.ports.chain, *first.ports.nodes}) == 3
    assert len({node.admin_key for node in first.nodes}) == 2


def test_network_directory_with_other_ports_is_refused(tmp_path: Path) -> None:
    first = NetworkFiles(tmp_path, Ports(), signatures_required=True)
    other = Ports(nodes=(first.ports.nodes[0], first.ports.nodes[0]))
    with pytest.raises(ConfigurationError, match="its registry names these"):
        NetworkFiles(tmp_path, other, signatures_required=True)


@pytest.mark.parametrize("content", ["", "[]", '{"chain": 1}', '{"chain": "x", "nodes": []}'])
def test_network_file_that_is_damaged_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "network.json").write_text(content)
    with pytest.raises(ConfigurationError, match=r"network\.json"):
        NetworkFiles(tmp_path, Ports(), signatures_required=True)


@pytest.mark.parametrize("required", [True, False])
def test_node_settings_written_are_settings_the_node_reads(tmp_path: Path, required: bool) -> None:
    files = NetworkFiles(tmp_path / 'a "quoted" name', Ports(), signatures_required=required)
    for node in files.nodes:
        tomllib.loads(node.config.read_text())
        settings = load_config(node.config)
        assert settings.base_url == node.url
        assert settings.listen.port == node.port
        assert settings.signatures.required is required
        assert settings.chain.url == files.chain_url


def test_secrets_on_disk_are_for_their_owner_only(tmp_path: Path) -> None:
    files = NetworkFiles(tmp_path, Ports(), signatures_required=True)
    PartyFiles(tmp_path / "party", key=PrivateKey.generate())
    secrets = [*tmp_path.glob("node-*/*key"), tmp_path / "party" / "key"]
    assert len(secrets) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
    assert all(node.admin_key not in repr(node) for node in files.nodes)


def test_party_directory_keeps_key_and_port(tmp_path: Path) -> None:
    key, [port] = PrivateKey.generate(), free_ports(1)
    first = PartyFiles(tmp_path / "p", key=key, port=port)
    again = PartyFiles(tmp_path / "p")
    assert (again.key.address, again.port) == (first.key.address, port) == (key.address, first.port)


def test_port_that_is_taken_is_refused_and_not_kept(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match="cannot be listened on"):
            PartyFiles(tmp_path / "p", port=taken.getsockname()[1])
    assert not (tmp_path / "p").exists()


def test_party_directory_of_another_key_is_refused(tmp_path: Path) -> None:
    PartyFiles(tmp_path / "p")
    with pytest.raises(ConfigurationError, match="belongs to the party with key"):
        PartyFiles(tmp_path / "p", key=PrivateKey.generate())


def test_party_directory_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot use"):
        PartyFiles(tmp_path / "file")
