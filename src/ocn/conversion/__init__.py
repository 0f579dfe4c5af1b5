"""One OCPI version into another, with a report of what was lost.

A document enters as plain JSON values or as the bytes of a body, with the versions of both sides and, as
:class:`Context`, what the document cannot know itself; the same document in the other version leaves, with
every :class:`Change` beyond another spelling. What must not be sent raises :class:`ConversionRefused`.
:class:`Policy` says for each peer whether a change of meaning may pass.

Pure: no I/O, no clock, nothing of nodes, routing or storage. This room knows :mod:`ocn.ocpi` alone.
Rules stand in one package per outer version (``v2_1_1``, ``v2_2``, ``v2_3_0``), one file per object, the way
there and back side by side; ``shapes`` has the moves they are made of, ``steps`` the table.
"""

from ocn.conversion.bodies import Versions, convert_answer_body, convert_request_body, says_the_same
from ocn.conversion.changes import Change, Converted, Loss, Report
from ocn.conversion.context import LENIENT, NOTHING_KNOWN, Context, Strictness
from ocn.conversion.converting import convert
from ocn.conversion.messages import Contents, contents_of, contents_of_result
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.paging import convert_list
from ocn.conversion.patching import convert_patch
from ocn.conversion.policy import Allowance, Choice, Decision, Policy, decide
from ocn.conversion.refusals import AnsweredInstead, ConversionRefused, NeedsWholeObject
from ocn.conversion.statuses import status_for
from ocn.conversion.steps import stands_alone

__all__ = [
    "LENIENT",
    "NOTHING_KNOWN",
    "Allowance",
    "AnsweredInstead",
    "Change",
    "Choice",
    "Contents",
    "Context",
    "ConversionRefused",
    "Converted",
    "Decision",
    "JsonObject",
    "JsonValue",
    "Loss",
    "NeedsWholeObject",
    "ObjectKind",
    "Policy",
    "Report",
    "Strictness",
    "Versions",
    "contents_of",
    "contents_of_result",
    "convert",
    "convert_answer_body",
    "convert_list",
    "convert_patch",
    "convert_request_body",
    "decide",
    "says_the_same",
    "stands_alone",
    "status_for",
]
