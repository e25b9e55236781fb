"""One winner by every way in: sellers register the same customers by page and by API, and a list brings its own, at once.

Unlike `bench.one_winner`, which calls the services, each way is taken from the outside: the page's form with a session,
the API with a token, the list as a partner manager's rows of registrations that another system had approved.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.one_winner import Field, Race, make_field, registration, run_at_once
from dealreg.models import Deal, Protection
from dealreg.services import approve_deal
from imports.enums import Outcome
from imports.registry import KINDS
from imports.services import import_rows
from partners.models import Seat
from partners.seats import actor_of, people_with_seats
from partners.services import SCOPES, make_token
from people.models import Person
from prm.kernel.actors import Actor, Role, Via
from prm.kernel.errors import Conflict, RuleViolation
from tests.cast import make_person

BACKEND = "partners.authentication.SeatBackend"
Door = Callable[[int, int], Any]
"""Takes a seller's number and an account's number."""


class Doors:
    """The ways in, for the sellers of a field; a client for each seller and thread."""

    def __init__(self, taking_part: Field) -> None:
        self.field = taking_part
        self.tokens = [
            make_token(actor=seller, name="race", scopes=list(SCOPES), days=1)[1] for seller in taking_part.sellers
        ]
        self.manager = self._manager()
        self._local = threading.local()

    def _manager(self) -> Actor:
        vendor = self.field.enrollments[0].vendor
        person = make_person(f"manager@{uuid.uuid4().hex[:8]}.example", "Manager")
        Seat.objects.create(person=person, vendor=vendor, role=Role.MANAGER)
        return actor_of(people_with_seats().get(pk=person.pk), None, via=Via.SESSION)[0]

    def door_of(self, seller: int) -> Door:
        """Return the way that a seller takes: by turns the page, the API, the list."""
        return (self.by_page, self.by_api, self.by_list)[seller % 3]

    def by_page(self, seller: int, account: int) -> None:
        """Send the form as a browser does."""
        made = registration(self.field, seller, account)
        line = made.lines[0]
        fields = {
            "submission": str(uuid.uuid4()),
            "enrollment": made.enrollment_id,
            "customer_name": made.customer_name,
            "customer_country": made.customer_country,
            "customer_domain": made.customer_domain,
            "contact_name": made.contact_name,
            "lines-TOTAL_FORMS": "1",
            "lines-INITIAL_FORMS": "0",
            "lines-0-product": line.product_id,
            "lines-0-quantity": str(line.quantity),
            "currency": "EUR",
            "close_date": made.close_date.isoformat(),
            "stage": "qualified",
            "part": "sell",
        }
        answer = self._client(seller).post(reverse("portal:deal-register"), fields)
        assert answer.status_code == 302, answer.status_code

    def by_api(self, seller: int, account: int) -> None:
        """Send JSON with a token."""
        made = registration(self.field, seller, account)
        body = {
            "enrollment": made.enrollment_id,
            "customer_name": made.customer_name,
            "customer_country": made.customer_country,
            "customer_domain": made.customer_domain,
            "contact_name": made.contact_name,
            "lines": [{"product": line.product_id, "quantity": line.quantity} for line in made.lines],
            "close_date": made.close_date.isoformat(),
        }
        headers = {"Authorization": f"Bearer {self.tokens[seller]}"}
        answer = Client().post("/api/v1/deals/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content[:300]

    def by_list(self, seller: int, account: int) -> Outcome:
        """Bring it as approved by another system; refused where another is protected."""
        made = registration(self.field, seller, account)
        now = timezone.now()
        row = {
            "reference": f"OLD-{seller}-{account}",
            "partner": self.field.enrollments[seller].partner.slug,
            "customer_name": made.customer_name,
            "customer_country": made.customer_country,
            "customer_domain": made.customer_domain,
            "value": "10000",
            "close_date": made.close_date.isoformat(),
            "submitted": (now - timedelta(days=3)).date().isoformat(),
            "approved": (now - timedelta(days=2)).date().isoformat(),
            "protected_until": (now + timedelta(days=90)).date().isoformat(),
        }
        (outcome,) = import_rows(actor=self.manager, kind=KINDS["cutover-deals"], rows=[row])
        return outcome.outcome

    def _client(self, seller: int) -> Client:
        found: Client | None = getattr(self._local, "client", None)
        if found is None:
            found = self._local.client = Client()
            found.force_login(Person.objects.get(pk=self.field.sellers[seller].person_id), backend=BACKEND)
        return found


def race_by_every_door(taking_part: Field, accounts: int) -> Race:
    """Let every seller register every account at once, each its own way, and every registration be approved at once."""
    doors, result = Doors(taking_part), Race()

    def turn(seller: int, account: int) -> tuple[str, ...]:
        if doors.door_of(seller)(seller, account) == Outcome.REFUSED:
            return ("refused",)
        if doors.door_of(seller) == doors.by_list:
            return ("registered",)
        deal = Deal.objects.get(
            enrollment=taking_part.enrollments[seller],
            customer_name=registration(taking_part, seller, account).customer_name,
        )
        try:
            approve_deal(actor=taking_part.approver, deal=deal, overtake_reason="a race")
        except RuleViolation as refusal:
            if isinstance(refusal, Conflict) or refusal.code != "protected_already":
                raise
            return ("registered", "refused")
        return ("registered",)

    result.seconds = run_at_once(len(taking_part.sellers), accounts, turn, result, connections.close_all)
    vendor = taking_part.enrollments[0].vendor_id
    live = list(Protection.objects.filter(vendor_id=vendor).live().values_list("account_id", flat=True))
    result.owners = len(set(live)) if len(live) == len(set(live)) else -1
    return result


def measure_doors(partners: int, accounts: int) -> tuple[dict[str, Any], bool]:
    """Race by every door; return figures and whether each account has one owner and nobody saw an error."""
    found = race_by_every_door(make_field(partners), accounts)
    expected = partners * accounts - found.refused
    held = found.owners == accounts == expected and not found.errors
    print(
        f"  {'ok  ' if held else 'MISS'} by page, API and list, {partners} at once, {accounts} accounts: {found.owners} owners, "
        f"{found.refused} refused, {len(found.errors)} errors seen, {found.seconds:.0f} s"
    )
    for error in found.errors[:5]:
        print(f"       {error}")
    figures = {"partners": partners, "accounts": accounts, "owners": found.owners, "refused": found.refused}
    return {**figures, "errors": found.errors[:20], "seconds": round(found.seconds, 1)}, held
