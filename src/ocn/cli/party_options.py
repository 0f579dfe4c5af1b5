"""Reading a party from the command line."""

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
