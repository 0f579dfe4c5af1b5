"""A message travels as one text inside its JSON body: ``{"content": "..."}``.

What is hashed must arrive digit for digit, and nodes in the field read a body and write it again, numbers
anew. And the notary's signature names every value of a body by its path: a request for a thousand sessions
would be signed thirty thousand times over, beyond what a signature may hold. A text is one value.
"""

from typing import Final

from ocn.ocpi.errors import InvalidParameters
from ocn.party.json_text import JsonObject, decode_object, encode_json

CONTENT: Final = "content"


def wrapped(message: JsonObject) -> JsonObject:
    """Return the body that carries a message."""
    return {CONTENT: encode_json(message).decode()}


def unwrapped(body: object) -> JsonObject:
    """Return the message that a body carries.

    Raises:
        InvalidParameters: it carries none.
    """
    text = body.get(CONTENT) if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise InvalidParameters('the body must be {"content": "..."} with a message as JSON text')
    try:
        return decode_object(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidParameters("the content is no text") from error
