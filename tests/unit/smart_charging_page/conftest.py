import pytest
from tests.unit.smart_charging_page.made import Asking, MadeViews, made_car, made_view
from tests.unit.smart_charging_service.conftest import make_world

__all__ = ["make_world"]  # a fixture of theirs


@pytest.fixture
def make_car() -> object:
    return made_car


@pytest.fixture
def make_view() -> object:
    return made_view


@pytest.fixture
def made_views() -> type[MadeViews]:
    return MadeViews


@pytest.fixture
def ask() -> Asking:
    return Asking()
