"""Reading a party from the command line."""

from typing import Any

import typer
from typer.core import TyperCommand

from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId


def party_id(text: str) -> PartyId:
    """Read ``DE ABC``.

    Raises:
        ConfigurationError: it is no country code and party id.
    """
    try:
        return PartyId.parse(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is not a party: {error}", hint='Write country code and party id, such as "DE ABC".'
        ) from error


class PairCommand(TyperCommand):
    """A command that takes a party's two words also in quotes, ``--party "DE ABC"``.

    Without this the parser would take the next flag for the party id.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take quoted pairs apart."""
        pairs = {flag for option in self.params if option.nargs == 2 for flag in option.opts}
        apart = _apart(args, pairs)
        for flag, *both in zip(apart, apart[1:], apart[2:], strict=False):
            if flag in pairs and any(word.startswith("-") for word in both):
                raise typer.BadParameter(
                    f"{flag} takes two words, country code and party id, such as {flag} DE ABC.", ctx
                )
        return super().parse_args(ctx, apart)


def _apart(args: list[str], pairs: set[str]) -> list[str]:
    result: list[str] = []
    for argument in args:
        flag, equals, value = argument.partition("=")
        if equals and flag in pairs:
            result += [flag, *value.split()]
        elif result and result[-1] in pairs:
            result += argument.split() or [argument]
        else:
            result.append(argument)
    return result
