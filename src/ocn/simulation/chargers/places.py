"""Where simulated charge points stand. Cities are real, addresses and positions are invented."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """One site."""

    name: str
    address: str
    city: str
    postal_code: str
    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True)
class Country:
    """What a CPO's country fixes: codes, time zone, money, and ten sites."""

    alpha_3: str
    time_zone: str
    currency: str
    vat_percent: Decimal
    places: tuple[Place, ...]


def _places(*rows: str) -> tuple[Place, ...]:
    return tuple(Place(*(cell.strip() for cell in row.split("|"))) for row in rows)


_GERMANY = Country(
    "DEU",
    "Europe/Berlin",
    "EUR",
    Decimal("19.0"),
    _places(
        "Speicherhof         | Am Speicher 4        | Kiel      | 24103 | 54.321830 | 10.137420",
        "Elbterrasse         | Kaibogen 11          | Hamburg   | 20457 | 53.543210 |  9.988760",
        "Marktlinde          | Lindenmarkt 2        | Bremen    | 28195 | 53.076530 |  8.807350",
        "Nordkreuz           | Nordkreuzweg 30      | Hannover  | 30159 | 52.374120 |  9.738610",
        "Spreegarage         | Uferspange 7         | Berlin    | 10179 | 52.512940 | 13.416250",
        "Messeplatz          | Messering 1          | Leipzig   | 04109 | 51.340230 | 12.374680",
        "Domblick            | Domtreppe 9          | Köln      | 50667 | 50.940870 |  6.957210",
        "Bankenviertel       | Taunusbogen 22       | Frankfurt | 60311 | 50.110540 |  8.680210",
        "Kesselrand          | Weinsteige 51        | Stuttgart | 70180 | 48.771230 |  9.181450",
        "Isarufer            | Isarbrücke 3         | München   | 80538 | 48.137650 | 11.588210",
    ),
)

_NETHERLANDS = Country(
    "NLD",
    "Europe/Amsterdam",
    "EUR",
    Decimal("21.0"),
    _places(
        "Grachtengarage      | Sluiskade 12         | Amsterdam  | 1012 AB | 52.372410 | 4.895230",
        "Maasboog            | Maasboog 40          | Rotterdam  | 3011 CD | 51.921380 | 4.479870",
        "Duinpoort           | Duinpoort 5          | Den Haag   | 2513 EF | 52.078640 | 4.301290",
        "Domhof              | Domhof 8             | Utrecht    | 3512 GH | 52.090310 | 5.121760",
        "Lichtplein          | Lichtplein 17        | Eindhoven  | 5611 JK | 51.438750 | 5.477630",
        "Martinikwartier     | Toren 2              | Groningen  | 9711 LM | 53.218910 | 6.567340",
        "Spoorpark           | Spoorpark 25         | Tilburg    | 5038 NP | 51.560420 | 5.083510",
        "Waalzicht           | Waalzicht 6          | Nijmegen   | 6511 RS | 51.847230 | 5.865480",
        "IJsselkade          | IJsselkade 33        | Zwolle     | 8011 TV | 52.512690 | 6.093870",
        "Vestingmuur         | Vesting 14           | Maastricht | 6211 WX | 50.849120 | 5.687430",
    ),
)

_SWITZERLAND = Country(
    "CHE",
    "Europe/Zurich",
    "CHF",
    Decimal("8.1"),
    _places(
        "Seebogen            | Seebogen 10          | Zug         | 6300 | 47.166240 | 8.515370",
        "Limmatsteg          | Limmatsteg 21        | Zürich      | 8001 | 47.372180 | 8.542310",
        "Rheinsprung         | Rheinhalde 4         | Basel       | 4051 | 47.557410 | 7.591280",
        "Aareschlaufe        | Aareschlaufe 19      | Bern        | 3011 | 46.947630 | 7.450120",
        "Wasserturm          | Reussufer 7          | Luzern      | 6003 | 47.051870 | 8.307940",
        "Rade                | Quai de la Rade 2    | Genève      | 1201 | 46.208310 | 6.148750",
        "Flon                | Voie du Flon 15      | Lausanne    | 1003 | 46.521690 | 6.630280",
        "Stiftsbezirk        | Klosterbogen 3       | St. Gallen  | 9000 | 47.423540 | 9.377610",
        "Calanda             | Calandastrasse 28    | Chur        | 7000 | 46.849270 | 9.531980",
        "Lungolago           | Riva Alta 6          | Lugano      | 6900 | 46.004820 | 8.951370",
    ),
)

_COUNTRIES = {"DE": _GERMANY, "NL": _NETHERLANDS, "CH": _SWITZERLAND}


def country_of(country_code: str) -> Country:
    """Return the sites for a CPO's country; a CPO of a country without a table operates in Germany."""
    return _COUNTRIES.get(country_code.upper(), _GERMANY)
