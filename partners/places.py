"""Which countries a region holds. Every country is in one region at most."""

from __future__ import annotations

from collections.abc import Iterable

from partners.enums import Region

_BY_REGION = {
    Region.DACH: "DE AT CH LI",
    Region.FRANCE: "FR MC",
    Region.BENELUX: "NL BE LU",
    Region.BRITAIN_IRELAND: "GB IE IM JE GG GI",
    Region.NORDICS: "DK SE NO FI IS FO GL AX SJ",
    Region.BALTICS: "EE LV LT",
    Region.CENTRAL_EUROPE: "PL CZ SK HU UA MD BY RU",
    Region.SOUTH_EAST_EUROPE: "GR CY BG RO SI HR BA RS ME MK AL XK",
    Region.IBERIA: "ES PT AD",
    Region.ITALY: "IT SM VA MT",
    Region.MIDDLE_EAST: "TR AE SA QA KW BH OM YE IL PS JO LB SY IQ IR",
    Region.AFRICA: (
        "DZ AO BJ BW BF BI CM CV CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML "
        "MR MU YT MA MZ NA NE NG RE RW ST SN SC SL SO ZA SS SD TZ TG TN UG EH ZM ZW SH"
    ),
    Region.NORTH_AMERICA: "US CA PR BM PM VI",
    Region.LATIN_AMERICA: (
        "MX GT BZ SV HN NI CR PA CO VE EC PE BO CL AR UY PY BR GY SR GF CU DO HT JM TT BB BS AG DM GD KN LC VC AI AW "
        "BQ CW SX MF BL GP MQ MS KY TC VG FK"
    ),
    Region.SOUTH_ASIA: "IN PK BD LK NP BT MV AF KZ KG TJ TM UZ AM AZ GE",
    Region.EAST_ASIA: "CN JP KR KP TW HK MO MN",
    Region.SOUTH_EAST_ASIA: "SG MY ID TH VN PH MM KH LA BN TL",
    Region.OCEANIA: "AU NZ FJ PG SB VU NC PF WS TO KI TV NR FM MH PW GU MP AS CK NU TK WF NF PN CX CC",
}
COUNTRIES_OF: dict[str, frozenset[str]] = {region: frozenset(codes.split()) for region, codes in _BY_REGION.items()}


def serves(regions: Iterable[str], country: str) -> bool:
    """Whether one of the regions holds the country."""
    return any(country in COUNTRIES_OF.get(region, ()) for region in regions)
