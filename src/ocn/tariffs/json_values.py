"""Decoded JSON, as this room takes it."""

from decimal import Decimal
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"
"""A number with a fraction is a Decimal; a float is refused, because its digits are gone."""

JsonObject: TypeAlias = dict[str, JsonValue]
