"""The node's settings: a TOML file, overridden by environment variables, secrets from files too.

Every field is documented where it is declared (:mod:`place`, :mod:`conduct`, :mod:`bounds`);
``docs/reference/configuration.md`` is generated from there. A variable is named ``OCN_NODE_`` and the path
of the field, parts joined by two underscores: ``OCN_NODE_DATABASE__URL``. Read where a node is composed and
started, and by the command line.
"""

from ocn.node.config.bounds import Limits, StoreSettings
from ocn.node.config.node_config import NodeConfig
from ocn.node.config.place import Hub, Identity
from ocn.node.config.reading import load_config
from ocn.node.config.secret import read_secret

__all__ = ["Hub", "Identity", "Limits", "NodeConfig", "StoreSettings", "load_config", "read_secret"]
