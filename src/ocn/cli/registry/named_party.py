"""A party as a registry command names it: by its address or by its ids."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ocn.ocpi.party_id import PartyId

Credentials = Annotated[
    tuple[str, str] | None,
    typer.Option("--credentials", "-c", metavar="CC ID", help="OCPI country_code and party_id."),
]
Address = Annotated[str | None, typer.Option("--address", "-a", help="The party's address.")]


def one_of(address: str | None, credentials: tuple[str, str] | None) -> str | None:
    """Return the address, or None when the ids were given; neither or both is an error."""
    from ocn.errors import ConfigurationError

    if (address is None) == (credentials is None):
        raise ConfigurationError(
            "Expected one of the following arguments: address, ocpi",
            hint="Give either --address ADDRESS or --credentials CC ID.",
        )
    return address


def party_id(country_code: str, identifier: str) -> "PartyId":
    """Read the ids of a party, in upper case as the registry holds them."""
    from ocn.errors import ConfigurationError
    from ocn.ocpi.party_id import PartyId

    for text, length in ((country_code, 2), (identifier, 3)):
        if len(text) != length:
            raise ConfigurationError(
                f'Invalid string length. Wanted {length}, got "{text}" ({len(text)})',
                hint="A country_code has two characters, a party_id three: -c DE CPO",
            )
    try:
        return PartyId(country_code.upper(), identifier.upper())
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
