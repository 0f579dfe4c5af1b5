"""A wrong setting is refused in words that name it, wherever it stands."""

from pathlib import Path

import pytest

from ocn.errors import ConfigurationError
from ocn.node.config import load_config

URL = 'url = "https://node.test"\n'


def refusal(tmp_path: Path, text: str) -> str:
    (tmp_path / "node.toml").write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        load_config(tmp_path / "node.toml")
    return raised.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "settings: url: must be set"),
        (
            'url = "http://node.test"',
            "settings: url must be https; set network.allow_http for a test network",
        ),
        ('url = "node"', "settings: url must be an address such as https://node.example.org"),
        (URL + "[listen]\nprot = 1", "settings: listen.prot: unknown setting, did you mean listen.port?"),
        (URL + "[zzzz]\nx = 1", "settings: zzzz: unknown setting"),
        (URL + "[listen]\nport = 65536", "settings: listen.port: must be less than or equal to 65535"),
        (URL + '[chain]\nregistry = "0x12"', "settings: chain.registry: must match pattern "),
        (URL + f'[chain]\npermissions = "{"ab" * 20}"', "settings: chain.permissions: must match pattern "),
    ],
)
def test_wrong_setting_in_the_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    message = refusal(tmp_path, text)
    assert message.startswith(said)
    assert "Value error" not in message


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("OCN_NODE_LISTEN_PORT", "unknown variable, did you mean OCN_NODE_LISTEN__PORT?"),
        ("OCN_NODE_KEY_FILE", "unknown variable, did you mean OCN_NODE_IDENTITY__KEY_FILE?"),
        ("OCN_NODE_PORT", "unknown variable, did you mean OCN_NODE_LISTEN__PORT?"),
        ("OCN_NODE_ZZZZ", "unknown variable"),
    ],
)
def test_unknown_variable_is_refused_and_its_value_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    monkeypatch.setenv(variable, "99secret")
    message = refusal(tmp_path, URL)
    assert message.startswith(f"settings: {variable}: {said}")
    assert "99secret" not in message


def test_known_variables_and_those_of_a_service_of_our_name_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "node.toml").write_text(URL)
    for name, value in {
        "LISTEN__PORT": "99",
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT_HTTP": "8080",
        "PORT": "tcp://10.0.0.1:8080",
        "PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "PORT_8080_TCP_ADDR": "10.0.0.1",
    }.items():
        monkeypatch.setenv(f"OCN_NODE_{name}", value)
    assert load_config(tmp_path / "node.toml").listen.port == 99
