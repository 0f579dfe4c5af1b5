"""Charging profiles, responses and results (OCPI 2.2.1 mod_charging_profiles)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.values import Number


class ChargingProfilePeriod(TypedDict):
    """From ``start_period`` seconds on, at most ``limit`` of the profile's unit."""

    start_period: int
    limit: Number


class ChargingProfile(TypedDict):
    """A limit of power or current over time; ``charging_rate_unit`` is W or A, ``duration`` in seconds."""

    start_date_time: NotRequired[str]
    duration: NotRequired[int]
    charging_rate_unit: str
    min_charging_rate: NotRequired[Number]
    charging_profile_period: NotRequired[list[ChargingProfilePeriod]]


class ActiveChargingProfile(TypedDict):
    """What the charging station is doing and will do."""

    start_date_time: str
    charging_profile: ChargingProfile


class SetChargingProfile(TypedDict):
    """The body of a PUT."""

    charging_profile: ChargingProfile
    response_url: str


class ChargingProfileResponse(TypedDict):
    """The immediate answer; the result follows within ``timeout`` seconds if it is ACCEPTED."""

    result: str
    timeout: int


class ChargingProfileResult(TypedDict):
    """The later result of setting a profile, and of clearing one."""

    result: str


class ActiveChargingProfileResult(TypedDict):
    """The later result of asking for the active profile, which is there if ACCEPTED."""

    result: str
    profile: NotRequired[ActiveChargingProfile]
