"""The time zone of countries that have one, for documents that name a country and no zone.

By ISO 3166-1 alpha-3, as a Location writes its country. A country with several zones is not listed, nor one
whose islands differ and have no code of their own (Spain, Portugal, New Zealand): a wrong zone moves every
tariff by an hour.
"""

from collections.abc import Mapping
from types import MappingProxyType

ZONE_OF_COUNTRY: Mapping[str, str] = MappingProxyType(
    {
        "ALB": "Europe/Tirane",
        "AND": "Europe/Andorra",
        "ARE": "Asia/Dubai",
        "ARM": "Asia/Yerevan",
        "AUT": "Europe/Vienna",
        "AZE": "Asia/Baku",
        "BEL": "Europe/Brussels",
        "BGR": "Europe/Sofia",
        "BIH": "Europe/Sarajevo",
        "BLR": "Europe/Minsk",
        "CHE": "Europe/Zurich",
        "CYP": "Asia/Nicosia",
        "CZE": "Europe/Prague",
        "DEU": "Europe/Berlin",
        "DNK": "Europe/Copenhagen",
        "EST": "Europe/Tallinn",
        "FIN": "Europe/Helsinki",
        "GBR": "Europe/London",
        "GEO": "Asia/Tbilisi",
        "GRC": "Europe/Athens",
        "HRV": "Europe/Zagreb",
        "HUN": "Europe/Budapest",
        "IND": "Asia/Kolkata",
        "IRL": "Europe/Dublin",
        "ISL": "Atlantic/Reykjavik",
        "ISR": "Asia/Jerusalem",
        "ITA": "Europe/Rome",
        "JPN": "Asia/Tokyo",
        "KOR": "Asia/Seoul",
        "LIE": "Europe/Vaduz",
        "LTU": "Europe/Vilnius",
        "LUX": "Europe/Luxembourg",
        "LVA": "Europe/Riga",
        "MCO": "Europe/Monaco",
        "MDA": "Europe/Chisinau",
        "MKD": "Europe/Skopje",
        "MLT": "Europe/Malta",
        "MNE": "Europe/Podgorica",
        "NLD": "Europe/Amsterdam",
        "NOR": "Europe/Oslo",
        "POL": "Europe/Warsaw",
        "ROU": "Europe/Bucharest",
        "SGP": "Asia/Singapore",
        "SMR": "Europe/San_Marino",
        "SRB": "Europe/Belgrade",
        "SVK": "Europe/Bratislava",
        "SVN": "Europe/Ljubljana",
        "SWE": "Europe/Stockholm",
        "TUR": "Europe/Istanbul",
        "ZAF": "Africa/Johannesburg",
    }
)
