"""OCPI 2.3.0 and 2.2.1: the rules of both ways, one file per object."""

from collections.abc import Mapping
from types import MappingProxyType

from ocn.conversion.objects import ObjectKind
from ocn.conversion.shapes import Rule

TO_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType({})
FROM_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType({})
