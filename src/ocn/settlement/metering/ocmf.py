"""Records of the Open Charge Metering Format: ``OCMF|payload|signature``, the payload signed as written.

Read after the text of version 1.x (S.A.F.E. e.V., OCMF-en.md): what repeats the reading before is left out
within a record, and numbers keep the digits that the meter wrote.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ocn.errors import OcnError
from ocn.ocpi.errors import InvalidParameters
from ocn.party.json_text import JsonObject, decode_object
from ocn.settlement.metering.keys import decoded

MOST_CHARACTERS: Final = 20_000
MOST_READINGS: Final = 1_000
_HEADER: Final = "OCMF|"
_DEFAULT_METHOD: Final = "ECDSA-secp256r1-SHA256"
_ENDS: Final = frozenset("ELRAP")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d),(\d{3})([+-]\d{4})(?: ([UISR]))?")
_KWH_PER: Final = {"kwh": Decimal(1), "wh": Decimal("0.001")}
_MOST_KWH: Final = Decimal(10**9)


class RecordUnreadable(OcnError):
    """A text is no OCMF record that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: ``kwh`` as written, in kWh; ``unit_kwh`` is one unit of its last digit.

    ``kind`` is why it was taken (TX), ``errors`` what must not be billed (EF), ``state`` that of the meter.
    """

    at: datetime
    kind: str
    kwh: Decimal
    unit_kwh: Decimal
    register: str
    state: str
    errors: str

    @property
    def is_begin(self) -> bool:
        """Whether the transaction began with it."""
        return self.kind == "B"

    @property
    def is_end(self) -> bool:
        """Whether the transaction ended with it, for whatever reason."""
        return self.kind in _ENDS


@dataclass(frozen=True, slots=True)
class OcmfRecord:
    """One record: who signed what.

    ``signed`` are the bytes under the signature, ``source`` the serial numbers of gateway and meter, ``page``
    the number of the record among those of transactions (None: another count), ``id_type`` and
    ``identification`` whom the meter knows as its user.
    """

    signed: bytes
    method: str
    signature: bytes
    source: tuple[str, str]
    page: int | None
    id_type: str
    identification: str
    readings: tuple[Reading, ...]


def read_record(text: str) -> OcmfRecord:
    """Read a record, plain or in base64 or hex, as OCPI's ``signed_data`` carries it.

    Raises:
        RecordUnreadable: it is none, or has no energy readings that can be compared.
    """
    plain = _plain(text)
    payload_text, bar, signature_text = plain.removeprefix(_HEADER).rpartition("|")
    if not bar:
        raise RecordUnreadable("an OCMF record has three parts, separated by |")
    signed = payload_text.encode()
    payload, section = _object(signed, "payload"), _object(signature_text.encode(), "signature")
    return OcmfRecord(
        signed=signed,
        method=_text(section, "SA") or _DEFAULT_METHOD,
        signature=_signature(section),
        source=(_text(payload, "GS"), _text(payload, "MS")),
        page=_page(_text(payload, "PG")),
        id_type=_text(payload, "IT"),
        identification=_text(payload, "ID"),
        readings=tuple(_readings(payload)),
    )


def _plain(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise RecordUnreadable(f"an OCMF record of more than {MOST_CHARACTERS:,} characters")
    stripped = text.strip()
    if stripped.startswith(_HEADER):
        return stripped
    for decode in (bytes.fromhex, _from_base64):
        try:
            found = decode(stripped).decode()
        except ValueError:
            continue
        if found.startswith(_HEADER):
            return found.rstrip("\r\n")
    raise RecordUnreadable("signed data that does not begin with OCMF|, plain, in base64 or in hex")


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


def _object(body: bytes, part: str) -> JsonObject:
    try:
        return decode_object(body)
    except InvalidParameters as error:
        raise RecordUnreadable(f"the {part} of an OCMF record is no JSON object") from error


def _signature(section: JsonObject) -> bytes:
    """Read the signature: hex or base64, as it looks, whatever SE says."""
    try:
        return decoded(_text(section, "SD"))
    except ValueError as error:
        raise RecordUnreadable("an OCMF record without a signature in hex or base64") from error


def _page(text: str) -> int | None:
    return int(text[1:]) if re.fullmatch(r"T\d{1,12}", text) else None


def _readings(payload: JsonObject) -> Iterator[Reading]:
    listed = payload.get("RD")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_READINGS:
        raise RecordUnreadable(f"an OCMF record needs 1 to {MOST_READINGS:,} readings")
    whole: JsonObject = {}
    for given in listed:
        if not isinstance(given, dict):
            raise RecordUnreadable("a reading of an OCMF record is no object")
        whole |= given
        yield _reading(whole)


def _reading(given: JsonObject) -> Reading:
    value, per = given.get("RV"), _KWH_PER.get(_text(given, "RU").casefold())
    if per is None:
        raise RecordUnreadable("a reading of an OCMF record is not in kWh or Wh")
    number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    if number is None or not 0 <= number < _MOST_KWH or int(number.as_tuple().exponent) < -12:
        raise RecordUnreadable("a reading of an OCMF record is no number of energy")
    unit = Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))
    return Reading(
        at=_moment(_text(given, "TM")),
        kind=_text(given, "TX"),
        kwh=number * per,
        unit_kwh=unit * per,
        register=_text(given, "RI"),
        state=_text(given, "ST"),
        errors=_text(given, "EF"),
    )


def _moment(text: str) -> datetime:
    found = _TIME.fullmatch(text)
    try:
        if found is not None:
            return datetime.fromisoformat(f"{found[1]}.{found[2]}{found[3]}")
    except ValueError:
        pass
    raise RecordUnreadable("the time of a reading in an OCMF record cannot be read")


def _text(section: JsonObject, name: str) -> str:
    value: Any = section.get(name)
    return value if isinstance(value, str) else ""
