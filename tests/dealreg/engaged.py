"""A policy of the cast's with every kind of rule, for tests to change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from dealreg.models import Policy

CLAUSES = {
    "1.1": "Partners lead where customers have up to 250 people.",
    "1.2": "Large manufacturers are sold together.",
    "1.3": "The public sector is ours.",
    "2.1": "First come, first served.",
    "2.4": "Clean registrations up to 50,000 are approved at once.",
    "3.1": "Robots take Silver.",
    "4.1": "Partners sell where they serve.",
    "5.1": "Deals are worth 5,000 at least.",
    "6.1": "Large deals are decided by the partner manager.",
    "7.1": "At most 20 registrations are open.",
}
DEFINITION: dict[str, Any] = {
    "segments": [
        {
            "slug": "public",
            "name": "Public sector",
            "lead": "direct",
            "clause": "1.3",
            "when": {"industries": ["public"]},
        },
        {
            "slug": "industry",
            "name": "Large manufacturers",
            "lead": "cosell",
            "clause": "1.2",
            "when": {"industries": ["manufacturing"], "employees_from": "251-1000", "countries": ["DE", "AT"]},
        },
        {"slug": "rest", "name": "Everybody else", "lead": "partner", "clause": "1.1"},
    ],
    "authorisations": [{"family": "robots", "tier": "silver", "credentials": ["palletcell"], "clause": "3.1"}],
    "size": {"least": "5000.00", "most": "900000.00", "clause": "5.1"},
    "territory": {"by": "profile", "clause": "4.1"},
    "routes": [
        {"least": "100000.00", "decider": "manager", "hours": 24, "clause": "6.1"},
        {"decider": "approver", "hours": 48, "clause": "2.1"},
    ],
    "holidays": ["2026-12-24", "2026-12-25"],
    "automation": {
        "approve": {"on": True, "clause": "2.4", "most": "50000.00", "contact": True, "segments": ["rest"]},
        "decline": ["territory", "size", "authorisation"],
        "ask": {"on": True, "clause": "2.4", "fields": ["customer_domain"]},
    },
    "limits": {"open": 20, "resubmissions": 1, "days": 90, "clause": "7.1"},
}


def changed(path: str, value: Any, definition: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the definition with the value at a path such as "size.most"; None takes it away."""
    made = deepcopy(DEFINITION if definition is None else definition)
    *way, last = path.split(".")
    place: Any = made
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    if value is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return made


def engage(policy: Policy, definition: dict[str, Any]) -> Policy:
    """Put rules into a policy that is in force."""
    Policy.objects.filter(pk=policy.pk).update(definition=definition, clauses=CLAUSES)
    return Policy.objects.get(pk=policy.pk)
