"""Which words the closed enumerations of a version have, and what becomes of others towards a strict peer.

A word that a later version added passes by default: most systems ignore what they do not know, and a
station must not vanish from a map because of its newest plug. Only towards a peer that is known to reject
such words (:attr:`~ocn.conversion.context.Strictness.closed_enums`) are they left out.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The enumerations of one version that later versions extend."""

    capability: frozenset[str]
    connector_type: frozenset[str]
    power_type: frozenset[str]
    parking_restriction: frozenset[str]
    parking_type: frozenset[str]
    facility: frozenset[str]
    image_category: frozenset[str]
    token_type: frozenset[str]
    dimension: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORDS_2_2 = Words(
    capability=_words(
        "CHARGING_PROFILE_CAPABLE CHARGING_PREFERENCES_CAPABLE CHIP_CARD_SUPPORT CONTACTLESS_CARD_SUPPORT"
        " CREDIT_CARD_PAYABLE DEBIT_CARD_PAYABLE PED_TERMINAL REMOTE_START_STOP_CAPABLE RESERVABLE"
        " RFID_READER TOKEN_GROUP_CAPABLE UNLOCK_CAPABLE"
    ),
    connector_type=_words(
        "CHADEMO DOMESTIC_A DOMESTIC_B DOMESTIC_C DOMESTIC_D DOMESTIC_E DOMESTIC_F DOMESTIC_G DOMESTIC_H"
        " DOMESTIC_I DOMESTIC_J DOMESTIC_K DOMESTIC_L IEC_60309_2_single_16 IEC_60309_2_three_16"
        " IEC_60309_2_three_32 IEC_60309_2_three_64 IEC_62196_T1 IEC_62196_T1_COMBO IEC_62196_T2"
        " IEC_62196_T2_COMBO IEC_62196_T3A IEC_62196_T3C PANTOGRAPH_BOTTOM_UP PANTOGRAPH_TOP_DOWN"
        " TESLA_R TESLA_S"
    ),
    power_type=_words("AC_1_PHASE AC_3_PHASE DC"),
    parking_restriction=_words("EV_ONLY PLUGGED DISABLED CUSTOMERS MOTORCYCLES"),
    parking_type=_words("ALONG_MOTORWAY PARKING_GARAGE PARKING_LOT ON_DRIVEWAY ON_STREET UNDERGROUND_GARAGE"),
    facility=_words(
        "HOTEL RESTAURANT CAFE MALL SUPERMARKET SPORT RECREATION_AREA NATURE MUSEUM BIKE_SHARING BUS_STOP"
        " TAXI_STAND TRAM_STOP METRO_STATION TRAIN_STATION AIRPORT PARKING_LOT CARPOOL_PARKING FUEL_STATION"
        " WIFI"
    ),
    image_category=_words("CHARGER ENTRANCE LOCATION NETWORK OPERATOR OTHER OWNER"),
    token_type=_words("AD_HOC_USER APP_USER OTHER RFID"),
    dimension=_words(
        "CURRENT ENERGY ENERGY_EXPORT ENERGY_IMPORT MAX_CURRENT MIN_CURRENT MAX_POWER MIN_POWER PARKING_TIME"
        " POWER RESERVATION_TIME STATE_OF_CHARGE TIME"
    ),
)

WORDS_2_2_1 = Words(
    capability=WORDS_2_2.capability | {"START_SESSION_CONNECTOR_REQUIRED"},
    connector_type=WORDS_2_2.connector_type
    | _words(
        "CHAOJI DOMESTIC_M DOMESTIC_N DOMESTIC_O GBT_AC GBT_DC NEMA_5_20 NEMA_6_30 NEMA_6_50 NEMA_10_30"
        " NEMA_10_50 NEMA_14_30 NEMA_14_50"
    ),
    power_type=WORDS_2_2.power_type | {"AC_2_PHASE", "AC_2_PHASE_SPLIT"},
    parking_restriction=WORDS_2_2.parking_restriction,
    parking_type=WORDS_2_2.parking_type,
    facility=WORDS_2_2.facility,
    image_category=WORDS_2_2.image_category,
    token_type=WORDS_2_2.token_type,
    dimension=WORDS_2_2.dimension,
)
