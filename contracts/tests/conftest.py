"""Fixtures of the contract tests: a fresh chain with the contracts on it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that these tests find their own modules

from contracts.tests.evm import Evm
from contracts.tests.market import Market, new_market
from contracts.tests.network import Network


@pytest.fixture
def network() -> Network:
    return Network(Evm())


@pytest.fixture
def market() -> Market:
    return new_market()
