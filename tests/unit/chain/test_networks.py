"""Built-in networks and the existing client's network files."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.networks import Network, built_in, with_file
from ocn.errors import ConfigurationError


def _file(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(content))
    return path


def test_unknown_network_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match='Option "x" not found') as caught:
        built_in("x")
    assert "volta" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ({}, "http://localhost:8544"),
        ({"provider": {"host": "172.16.238.10"}}, "http://172.16.238.10:8544"),
        ({"provider": {"port": "9000"}}, "http://localhost:9000"),
        ({"provider": {"protocol": "https", "host": "rpc.example", "port": 443}}, "https://rpc.example:443"),
    ],
)
def test_file_changes_only_what_it_names(tmp_path: Path, content: Any, url: str) -> None:
    network = with_file(built_in("local"), _file(tmp_path, content))
    assert network.rpc_url == url
    assert network.registry == built_in("local").registry


def test_file_may_name_contracts_and_chain(tmp_path: Path) -> None:
    content = {
        "provider": {"network_id": "31337", "gas": 8_000_000},
        "contracts": {"Registry": {"address": "0x" + "ab" * 20, "abi": []}},
        "first_block": 7,
    }
    network = with_file(built_in("local"), _file(tmp_path, content))
    assert (network.chain_id, network.first_block) == (31337, 7)
    assert network.registry.lower() == "0x" + "ab" * 20
    assert network.permissions == built_in("local").permissions
    assert isinstance(network, Network)


def test_file_may_name_what_settles(tmp_path: Path) -> None:
    content = {
        "contracts": {"Lanes": {"address": "0x" + "cd" * 20}},
        "tokens": {"CHF": "0x" + "ee" * 20, "GBP": "0x" + "ef" * 20},
    }
    network = with_file(built_in("local"), _file(tmp_path, content))
    assert network.lanes is not None
    assert network.lanes.lower() == "0x" + "cd" * 20
    assert network.tokens["EUR"] == built_in("local").tokens["EUR"]
    assert {name: network.tokens[name].lower() for name in ("CHF", "GBP")} == content["tokens"]
    assert with_file(built_in("volta"), _file(tmp_path, {})).lanes is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "the file must be an object"),
        ({"tokens": ["0x"]}, "tokens must be an object"),
        ({"tokens": {"EUR": "0x12"}}, "the address of EUR must be"),
        ({"contracts": {"Lanes": {"address": "x"}}}, "the address of Lanes must be"),
        ({"provider": 1}, "provider must be an object in braces, not 1"),
        ({"provider": {"port": "x"}}, 'port must be a whole number, not "x"'),
        ({"provider": {"network_id": None}}, "network_id must be a whole number, not null"),
        ({"first_block": [7]}, "first_block must be a whole number"),
        ({"contracts": {"Registry": "0x1"}}, 'Registry must be an object in braces, not "0x1"'),
        ({"contracts": {"Registry": {"address": "0x1"}}}, "address of Registry must be 0x and 40 hex digits"),
    ],
)
def test_file_of_another_shape_is_refused(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        with_file(built_in("local"), _file(tmp_path, content))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.json"):
        with_file(built_in("local"), tmp_path / "missing.json")


@pytest.mark.parametrize("name", ["volta", "prod"])
def test_networks_of_others_have_no_test_tokens(name: str) -> None:
    assert built_in(name).tokens == {}
    assert built_in(name).lanes is None
