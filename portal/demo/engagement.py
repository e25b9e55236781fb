"""The rules of engagement of the demo's vendors, as data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal.demo import own_answers

EUROPE = "DE AT CH LI NL BE LU FR MC ES PT AD IT SM MT GB IE SE NO DK FI IS PL CZ SK HU EE LV LT SI HR RO BG GR CY"
ELSEWHERE = "US CA MX SG AU NZ AE IN BR JP"
SERVED = [*EUROPE.split(" "), *ELSEWHERE.split(" ")]

NORTHWIND: dict[str, Any] = {
    "fields": own_answers.NORTHWIND,
    "segments": [
        {
            "slug": "public-sector",
            "name": "Public sector",
            "lead": "direct",
            "clause": "3.3",
            "when": {"industries": ["public"]},
        },
        {
            "slug": "large-producers",
            "name": "Large producers",
            "lead": "cosell",
            "clause": "3.4",
            "when": {"industries": ["manufacturing", "food"], "employees_from": "1001+"},
        },
        {"slug": "everybody-else", "name": "Everybody else", "lead": "partner", "clause": "3.5", "when": {}},
    ],
    "authorisations": [{"family": "mobile", "tier": "silver", "clause": "3.6"}],
    "size": {"least": "15000.00", "clause": "5.1"},
    "territory": {"by": "listed", "countries": SERVED, "clause": "3.7"},
    "routes": [{"least": "250000.00", "decider": "manager", "hours": 24, "clause": "5.3"}],
    "automation": {
        "approve": {"on": True, "clause": "2.4", "most": "40000.00", "contact": True, "segments": ["everybody-else"]},
        "decline": ["territory"],
        "ask": {"on": True, "clause": "2.4", "fields": ["contact_name"]},
    },
    "limits": {"open": 400, "resubmissions": 2, "days": 90, "clause": "5.4"},
    "prices": {"approver": "15.00", "manager": "30.00", "clause": "3.8"},
}

HALDEN: dict[str, Any] = {
    "fields": own_answers.HALDEN,
    "segments": [
        {
            "slug": "regulated",
            "name": "Banks and insurers",
            "lead": "cosell",
            "clause": "3.3",
            "when": {"industries": ["finance"]},
        },
        {"slug": "all-others", "name": "All others", "lead": "partner", "clause": "3.4", "when": {}},
    ],
    "routes": [
        {"least": "200000.00", "decider": "manager", "hours": 24, "clause": "4.1"},
        {"decider": "approver", "hours": 48, "clause": "4.1"},
    ],
}


def rules_of(slug: object, now: datetime) -> dict[str, Any]:
    """Return a vendor's rules, with the holidays of this year and the next."""
    days = [date(year, month, day) for year in (now.year, now.year + 1) for month, day in ((1, 1), (12, 25), (12, 26))]
    holidays = [day.isoformat() for day in days]
    return {**(NORTHWIND if slug == "northwind" else HALDEN), "holidays": holidays}
