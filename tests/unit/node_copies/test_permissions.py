"""The truth table of the permission numbers, positive and negative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.copies.permissions import COVERAGE, permits
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.registry.listings import Permission

SENDER, RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER
_MODULE_OF_NAME = {module.upper(): module for module in ModuleID}


@pytest.mark.parametrize("permission", [p for p in Permission if "MODULE" in p.name])
def test_permission_of_a_module_covers_one_interface_of_it(permission: Permission) -> None:
    _, _, name, role = permission.name.split("_")
    for module in ModuleID:
        for interface in InterfaceRole:
            expected = module == _MODULE_OF_NAME[name] and interface == role
            assert permits([permission], module, interface) is expected


@pytest.mark.parametrize("module", list(ModuleID))
def test_permission_for_all_covers_every_module(module: ModuleID) -> None:
    assert [permits([number], module, SENDER) for number in (0, 1, 2)] == [True, True, False]
    assert [permits([number], module, RECEIVER) for number in (0, 1, 2)] == [True, False, True]


def test_every_named_permission_has_a_line_in_the_table() -> None:
    assert set(COVERAGE) == set(Permission)


@pytest.mark.parametrize("interface", list(InterfaceRole))
def test_custom_module_is_covered_by_no_permission(interface: InterfaceRole) -> None:
    assert not permits(Permission, "nltnm-things", interface)


@given(st.lists(st.integers(min_value=17)), st.sampled_from(ModuleID), st.sampled_from(InterfaceRole))
def test_unknown_permissions_cover_nothing(
    numbers: list[int], module: ModuleID, interface: InterfaceRole
) -> None:
    assert not permits(numbers, module, interface)
    assert permits([*numbers, 0], module, interface)
