"""What is left out or replaced for a peer that rejects words its version does not list."""

from collections.abc import Callable

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import ItemRule, Rule, each, keep_values, member
from ocn.conversion.vocabulary import Words

_NOT_A_WORD = "not among the values of the receiver's version"


def location_in(words: Words) -> Rule:
    """Make the rule for a location; connectors and EVSEs that cannot be named are left out."""
    evse = evse_in(words)

    def rule(value: JsonObject, report: Report, context: Context) -> JsonObject:
        result = dict(value)
        keep_values(result, report, "facilities", _foreign(words.facility), _NOT_A_WORD)
        _drop_word(result, report, "parking_type", words.parking_type)
        each(result, report, context, "images", _image_in(words))
        each(result, report, context, "evses", evse)
        each(result, report, context, "publish_allowed_to", token_in(words))
        return result

    return rule


def evse_in(words: Words) -> ItemRule:
    """Make the rule for an EVSE; None when it had connectors and none can be named."""
    connector = connector_in(words)

    def rule(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
        result = dict(value)
        keep_values(result, report, "capabilities", _foreign(words.capability), _NOT_A_WORD)
        keep_values(result, report, "parking_restrictions", _foreign(words.parking_restriction), _NOT_A_WORD)
        each(result, report, context, "images", _image_in(words))
        each(result, report, context, "connectors", connector)
        if value.get("connectors") and not result.get("connectors"):
            report.dropped("", "an EVSE needs a connector, and none is left")
            return None
        return result

    return rule


def evse_alone_in(words: Words) -> Rule:
    """Make the rule for an EVSE that is sent alone: one of which no plug can be named is refused."""
    return _alone(evse_in(words), "its connectors are of types that the receiver rejects", "/connectors")


def connector_alone_in(words: Words) -> Rule:
    """Make the rule for a connector that is sent alone: a plug that cannot be named is refused."""
    return _alone(connector_in(words), "a type of connector that the receiver rejects", "/standard")


def _alone(item: ItemRule, reason: str, pointer: str) -> Rule:
    def rule(value: JsonObject, report: Report, context: Context) -> JsonObject:
        if not context.strict.closed_enums:
            return value
        kept = item(value, report, context)
        if kept is None:
            raise ConversionRefused(reason, pointer)
        return kept

    return rule


def connector_in(words: Words) -> ItemRule:
    """Make the rule for a connector; a plug is never passed off as another one."""

    def rule(value: JsonObject, report: Report, _context: Context) -> JsonObject | None:
        standard, power = value.get("standard"), value.get("power_type")
        if type(standard) is str and standard not in words.connector_type:
            report.dropped("", f"connector standard {standard[:40]} is {_NOT_A_WORD}")
            return None
        if type(power) is str and power not in words.power_type and power.startswith("AC_"):
            report.dropped("/power_type", f"{power[:40]} is {_NOT_A_WORD}: AC_1_PHASE")
            return {**value, "power_type": "AC_1_PHASE"}
        return value

    return rule


def token_in(words: Words, name: str = "type") -> Rule:
    """Make the rule for whatever has a token's type."""
    return _other(name, words.token_type)


def within(name: str, rule: Rule) -> Rule:
    """Make the rule that applies another to the object in one member."""

    def outer(value: JsonObject, report: Report, context: Context) -> JsonObject:
        result = dict(value)
        member(result, report, context, name, rule)
        return result

    return outer


def only_if_closed(rule: Rule) -> Rule:
    """Apply a rule for peers that reject unknown words, and otherwise none."""

    def outer(value: JsonObject, report: Report, context: Context) -> JsonObject:
        return rule(value, report, context) if context.strict.closed_enums else value

    return outer


def _image_in(words: Words) -> Rule:
    return _other("category", words.image_category)


def _other(name: str, words: frozenset[str]) -> Rule:
    def rule(value: JsonObject, report: Report, _context: Context) -> JsonObject:
        word = value.get(name)
        if type(word) is not str or word in words:
            return value
        report.dropped(pointer_to(name), f"{word[:40]} is {_NOT_A_WORD}: OTHER")
        return {**value, name: "OTHER"}

    return rule


def _foreign(words: frozenset[str]) -> Callable[[str], bool]:
    return lambda word: word not in words


def _drop_word(result: JsonObject, report: Report, name: str, words: frozenset[str]) -> None:
    word = result.get(name)
    if type(word) is str and word not in words:
        del result[name]
        report.dropped(pointer_to(name), f"{word[:40]} is {_NOT_A_WORD}")
