"""An admin key that no request could present is refused when the node starts."""

import pytest

from ocn.errors import ConfigurationError
from ocn.node.config import NodeConfig
from ocn.node.keys import read_keys


def settings(admin_key: str | None) -> NodeConfig:
    return NodeConfig(url="https://node.test", identity={"key": "1" * 64, "admin_key": admin_key})


@pytest.mark.parametrize("admin_key", ["a" * 65, "two words", "schlüssel", "line\nbreak"])
def test_admin_key_that_cannot_be_sent_is_a_configuration_error(admin_key: str) -> None:
    with pytest.raises(ConfigurationError, match="admin_key") as raised:
        read_keys(settings(admin_key).identity)
    assert admin_key not in str(raised.value)


@pytest.mark.parametrize("admin_key", ["a" * 64, "admin-key", None])
def test_admin_key_that_can_be_sent_or_none_is_taken(admin_key: str | None) -> None:
    _, taken = read_keys(settings(admin_key).identity)
    assert taken == admin_key or (admin_key is None and len(taken) == 43)
