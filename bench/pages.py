"""Pages against the floor, at 20,000 and at 200,000 deals."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils import timezone

from activity.relay import drain
from bench.cost import Caller, Compared, Request, compare
from bench.data import World, grow, identity, make_world
from dealreg.enums import UNDECIDED, Status
from dealreg.models import Deal
from partners.seats import actor_of, people_with_seats
from partners.services import make_token
from people.models import Person
from people.sessions import SessionStore
from prm.kernel.actors import Via

SIZES = (20_000, 200_000)
MOST_QUERIES = 12
MOST_GROWTH = 1.3
READS, WRITES = 20, 8
SCOPES = ["deals:read", "deals:write"]
CSRF = "bench" * 6 + "ab"
NEW_CUSTOMERS = 50_000_000  # numbered beyond all that the data holds


@dataclass(frozen=True)
class Page:
    """A page to be measured. `limit` is how many floors it may cost; None where the issue sets none."""

    name: str
    side: str
    make: Callable[[], Request]
    limit: float | None
    times: int = READS


@dataclass
class Result:
    """A page's figures at each size."""

    page: Page
    queries: list[str] = field(default_factory=list)
    at: dict[int, Compared] = field(default_factory=dict)

    @property
    def growth(self) -> float:
        """How much more it costs at the largest size than at the smallest.

        In units of the floor's web CPU of the same rounds, which no data can change: so the machine's mood is taken out,
        but not what the database does more.
        """
        sizes = sorted(self.at)
        small, large = self.at[sizes[0]], self.at[sizes[-1]]
        return (large.page.total_ms / large.floor.web_ms) / (small.page.total_ms / small.floor.web_ms)

    @property
    def most_buffers(self) -> float:
        """How many buffers it may touch at the largest size.

        Equal, says the promise, but a B-tree of ten times as many rows is often a level higher, so each search may touch
        one page more; and what has ten times as many rows waits in a few pages more of an index. A scan has no place in
        that: it touches ten times as much.
        """
        small = self.at[min(self.at)].page
        return MOST_GROWTH * small.buffers + small.searches

    @property
    def passed(self) -> bool:
        """Whether every promise is kept."""
        ratios = [compared.ratio for compared in self.at.values()]
        within = self.page.limit is None or max(ratios) <= self.page.limit
        flat = self.growth <= MOST_GROWTH and self.at[max(self.at)].page.buffers <= self.most_buffers
        return within and flat and len(self.queries) <= MOST_QUERIES

    def as_json(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "page": self.page.name,
            "limit": self.page.limit,
            "queries": len(self.queries),
            "growth": round(self.growth, 2),
            "most_buffers": round(self.most_buffers),
            "passed": self.passed,
            "at": {
                size: {
                    "ratio": round(found.ratio, 2),
                    "web_ratio": round(found.web_ratio, 2),
                    "web_ms": round(found.page.web_ms, 2),
                    "postgres_ms": round(found.page.postgres_ms, 2),
                    "floor_web_ms": round(found.floor.web_ms, 2),
                    "floor_postgres_ms": round(found.floor.postgres_ms, 2),
                    "buffers": round(found.page.buffers),
                    "searches": round(found.page.searches),
                    "floor_buffers": round(found.floor.buffers),
                }
                for size, found in self.at.items()
            },
        }


class Bench:
    """The people, their sessions, and the requests they send."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._customers = count(NEW_CUSTOMERS)
        self.seller = session_of(world.seller)
        self.approver = session_of(world.approver)
        self.actor = actor_of(people_with_seats().get(pk=world.seller.pk), None, via=Via.SESSION)[0]
        self.token = make_token(actor=self.actor, name="bench", scopes=SCOPES, days=30)[1]
        approver = actor_of(people_with_seats().get(pk=world.approver.pk), None, via=Via.SESSION)[0]
        self.approver_token = make_token(actor=approver, name="bench", scopes=SCOPES, days=30)[1]

    def refresh(self) -> None:
        """Choose the deals that detail pages are measured on: with lines, comments and events, newest first."""
        deals = Deal.objects.visible_to(self.actor).filter(comments__isnull=False)
        self.approved = deals.filter(status=Status.APPROVED).order_by("-submitted_at")[0].reference
        waiting = Deal.objects.filter(vendor=self.world.sides[0].vendor, status__in=UNDECIDED)
        self.waiting = waiting.order_by("due_at")[0].reference

    def floor(self, side: str) -> Request:
        """Return the floor as seller or approver."""
        return Request("GET", f"/{side}/floor/", self.seller if side == "portal" else self.approver)

    def registering(self) -> Request:
        """Return the sent form of a customer that nobody registered yet; one in four is written like a known one."""
        number = next(self._customers)
        customer = identity(number if number % 4 else number % 5000)
        name = customer.name if number % 4 else customer.name.rsplit(" ", 1)[0].upper()
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "submission": str(uuid.uuid4()),
            "enrollment": str(self._enrollment),
            "customer_name": name,
            "customer_domain": customer.domain if number % 4 else "",
            "customer_country": customer.country,
            "contact_name": "Ines Rothmann",
            "contact_email": "ines@example.com",
            "title": "12 palletising cells",
            "value": "",
            "currency": "EUR",
            "close_date": (timezone.localdate() + timedelta(days=60)).isoformat(),
            "stage": "qualified",
            "part": "sell",
            "notes": "They saw the demonstration.",
            "lines-TOTAL_FORMS": "2",
            "lines-INITIAL_FORMS": "0",
            "lines-0-product": str(self.world.sides[0].robot.pk),
            "lines-0-quantity": "12",
            "lines-1-product": str(self.world.sides[0].sensor.pk),
            "lines-1-quantity": "3",
        }
        return self._form("/portal/deals/register/", self.seller, fields)

    def api_registering(self) -> Request:
        """Return the same over the API, under an idempotency key."""
        side = self.world.sides[0]
        number = next(self._customers)
        customer = identity(number if number % 4 else number % 5000)
        fields = {
            "enrollment": self._enrollment,
            "customer_name": customer.name if number % 4 else customer.name.rsplit(" ", 1)[0].upper(),
            "customer_domain": customer.domain if number % 4 else "",
            "customer_country": customer.country,
            "title": "12 palletising cells",
            "close_date": (timezone.localdate() + timedelta(days=60)).isoformat(),
            "lines": [{"product": side.robot.pk, "quantity": 12}, {"product": side.sensor.pk, "quantity": 3}],
        }
        return self._send("/api/v1/deals/", self.token, fields, 201)

    def api_approving(self) -> Request:
        """Return an approval over the API, under an idempotency key."""
        deal = self._registered()
        return self._send(
            f"/api/v1/deals/{deal.reference}/approve/", self.approver_token, {"message": "Good luck."}, 200
        )

    def approving(self) -> Request:
        """Return the approval of a deal that was registered just before, outside the measurement."""
        deal = self._registered()
        fields = {"csrfmiddlewaretoken": CSRF, "message": "", "days": str(deal.protection_days), "overtake_reason": ""}
        return self._form(f"/desk/deals/{deal.reference}/approve/", self.approver, fields)

    @property
    def _enrollment(self) -> int:
        return next(e.id for e in self.actor.enrollments if e.vendor_id == self.world.sides[0].vendor.pk)

    def _registered(self) -> Deal:
        caller, before = Caller(), Deal.objects.order_by("-pk").values_list("pk", flat=True)[0]
        while True:
            caller.call(self.registering())
            deal: Deal = Deal.objects.filter(pk__gt=before).order_by("-pk")[0]
            if deal.status == Status.SUBMITTED:
                return deal

    def _send(self, path: str, token: str, fields: dict[str, Any], status: int) -> Request:
        key = uuid.uuid4().hex
        return Request("POST", path, token=token, json=json.dumps(fields), key=key, expected=(status,))

    def _form(self, path: str, cookies: str, fields: dict[str, str]) -> Request:
        return Request("POST", path, f"{cookies}; csrftoken={CSRF}", form=tuple(fields.items()), expected=(302,))


def session_of(person: Person) -> str:
    """Return the cookie of a person who signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "partners.authentication.SeatBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


def pages(bench: Bench) -> list[Page]:
    """Return what is measured, with the issue's limits."""

    def read(path: str, cookies: str) -> Callable[[], Request]:
        return lambda: Request("GET", path.format(approved=bench.approved, waiting=bench.waiting), cookies)

    def ask(path: str) -> Callable[[], Request]:
        return lambda: Request("GET", path.format(approved=bench.approved), token=bench.token)

    return [
        Page("portal: deals", "portal", read("/portal/deals/", bench.seller), 2),
        Page("portal: a deal", "portal", read("/portal/deals/{approved}/", bench.seller), 2.5),
        Page("portal: home", "portal", read("/portal/", bench.seller), None),
        Page("portal: register, the form", "portal", read("/portal/deals/register/", bench.seller), None),
        Page("portal: register, sent", "portal", bench.registering, 4, WRITES),
        Page("desk: queue", "desk", read("/desk/", bench.approver), 2),
        Page("desk: queue with a deal open", "desk", read("/desk/?deal={waiting}", bench.approver), 2.5),
        Page("desk: deals", "desk", read("/desk/deals/", bench.approver), 2),
        Page("desk: a deal", "desk", read("/desk/deals/{waiting}/", bench.approver), 2.5),
        Page("desk: approve", "desk", bench.approving, 4, WRITES),
        Page("API: deals", "portal", ask("/api/v1/deals/?limit=25"), 2),
        Page("API: a deal", "portal", ask("/api/v1/deals/{approved}/"), 2.5),
        Page("API: register", "portal", bench.api_registering, 4, WRITES),
        Page("API: approve", "desk", bench.api_approving, 4, WRITES),
    ]


def measure(sizes: tuple[int, ...] = SIZES, only: str = "") -> list[Result]:
    """Make the data and measure every page at each size."""
    world = make_world()
    bench, caller = Bench(world), Caller()
    results = {page.name: Result(page) for page in pages(bench) if only in page.name}
    for size in sizes:
        seconds = grow(world, size)
        print(f"  {size:,} deals, made in {seconds:.0f} s", flush=True)
        bench.refresh()
        for result in results.values():
            _measure_one(caller, bench, result, size)
    return list(results.values())


def _measure_one(caller: Caller, bench: Bench, result: Result, size: int) -> None:
    page = result.page
    with connection.cursor() as cursor:
        cursor.execute("VACUUM dealreg_deal")  # what was written for the page before; autovacuum does it after 500 rows
    caller.call(page.make())  # templates are compiled, address patterns too
    result.queries = max(result.queries, caller.queries(page.make()), key=len)
    result.at[size] = found = compare(caller, lambda: bench.floor(page.side), page.make, page.times)
    drain(100_000)
    limit = f"(at most {page.limit})" if page.limit else ""
    print(
        f"  {page.name:30} {found.ratio:5.2f} × floor {limit:13} {len(result.queries):3} queries, web {found.page.web_ms:5.1f} ms, "
        f"PostgreSQL {found.page.postgres_ms:4.1f} ms (floor {found.floor.web_ms:.1f} and {found.floor.postgres_ms:.1f}), "
        f"{found.page.buffers:5.0f} buffers in {found.page.searches:.0f} searches",
        flush=True,
    )


def database_size() -> str:
    """Return the size of the database as people read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return str(cursor.fetchone()[0])
