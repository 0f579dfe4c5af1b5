"""OCPI status codes (OCPI 2.2.1 status_codes)."""

from enum import IntEnum


class Status(IntEnum):
    """The codes the texts define; others are judged by their thousands digit."""

    SUCCESS = 1000
    CLIENT_ERROR = 2000
    INVALID_PARAMETERS = 2001
    NOT_ENOUGH_INFORMATION = 2002
    UNKNOWN_LOCATION = 2003
    UNKNOWN_TOKEN = 2004
    SERVER_ERROR = 3000
    UNUSABLE_CLIENT_API = 3001
    UNSUPPORTED_VERSION = 3002
    NO_MATCHING_ENDPOINTS = 3003
    HUB_ERROR = 4000
    UNKNOWN_RECEIVER = 4001
    HUB_TIMEOUT = 4002
    HUB_CONNECTION_PROBLEM = 4003


def is_success(status_code: int) -> bool:
    """Whether a code, known or not, is of the 1xxx class."""
    return 1000 <= status_code < 2000
