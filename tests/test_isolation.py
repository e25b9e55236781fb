"""The isolation matrix: every address with every persona, on own and others' records; nobody reads a foreign word.

The promise stands in `isolation_matrix.py`; what could leak is made in `isolation_world.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from activity.models import ApiUse
from partners.view_as import VIEWING_KEY
from people.models import Bucket, Session
from tests.cast import make_cast
from tests.isolation_matrix import (
    AREAS,
    CONSOLE,
    LEAVES,
    NAMES_THE_DEMO,
    NOT_OURS,
    PERSONAS,
    READERS,
    REVEALED,
    ROUTES,
    SIGHT,
    VIEWER,
    members,
)
from tests.isolation_world import World, labels_in, later, make_world

BACKEND = "partners.authentication.SeatBackend"
PATCHES = {
    "api:deal-detail": {"title": "Changed"},
    "api:lead-detail": {"city": "Ulm"},
    "api:partner-detail": {"city": "Ulm"},
    "api:prospect-detail": {"city": "Ulm"},
}
WRITES_BY = dict.fromkeys(PATCHES, "patch")
COUNTERS = {ApiUse, Bucket, Session}
REFUSED = {"in", "401", "403", "404", "405"}
FIXED = {"admin:app_list": {"app_label": "dealreg"}}


@dataclass(frozen=True)
class Route:
    """A row of the matrix."""

    name: str
    area: str
    object: str
    get: str
    post: str

    def targets(self, world: World, persona: str) -> list[tuple[str, dict[str, Any]]]:
        """Return what the address is tried with: a label and the address's arguments. Outsiders try one row only."""
        if self.object == "-":
            return [("-", FIXED.get(self.name, {}))]
        rows = world.rows[self.rows_of]
        assert set(rows) == set(SIGHT[self.object]), f"the world and SIGHT differ on {self.object}"
        return list(rows.items())[: None if persona in members(AREAS[self.area][0]) else 1]

    @property
    def rows_of(self) -> str:
        """The name of the world's rows."""
        if self.area == "console":
            return "console_" + re.sub(r"admin:(.*)_(change|delete|history)$", r"\1", self.name)
        return "partner" if self.object == "api_partner" else self.object

    def expected(self, persona: str, target: str, method: str) -> set[str]:
        """Return the answers that keep the promise."""
        inside, others = AREAS[self.area]
        if persona == VIEWER and method == "post" and self.name != LEAVES:
            return {"403"}
        if persona not in members(inside):
            return {others.get(persona, "403")}
        sees = self.object == "-" or persona in members(SIGHT[self.object][target])
        asked, other = (self.get, self.post) if method == "get" else (self.post, self.get)
        if persona in members(asked):
            # Django's console leads back to its start from what it doesn't find.
            return {"ok", "->"} if sees else {"404", "->"} if self.area == "console" else {"404"}
        refused = {"403"} if sees else {"403", "404"}
        if asked == "-" or persona in members(other):
            refused |= {"405", "->", "404"}
        return refused


def matrix() -> list[Route]:
    """Return the rows, those of the console included."""
    rows = [
        Route(*re.split(r"\s{2,}|(?<=\w)\s+(?=(?:portal|desk|person|seated|system|open|api|console)\s)", line.strip()))
        for line in ROUTES.strip().splitlines()
    ]
    for line in CONSOLE.strip().splitlines():
        name, *rights = line.split()
        who, row = "man hma", "console_partner" if name == "partners_partner" else "console"
        rows += [
            Route(f"admin:{name}_changelist", "console", "-", who, "-"),
            Route(f"admin:{name}_add", "console", "-", who if "a" in rights else "-", who if "a" in rights else "-"),
            Route(f"admin:{name}_change", "console", row, who, who if "c" in rights else "-"),
            Route(f"admin:{name}_delete", "console", row, "-", "-"),
            Route(f"admin:{name}_history", "console", row, "-", "-"),
        ]
    return rows


MATRIX = matrix()


def addresses(resolver: Any, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the name of every URL pattern."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)
        else:
            yield ":".join((*namespaces, pattern.name or "?"))


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):
    """One transaction for the whole module, under pytest-django's name, by which it knows that a database is needed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(db, tmp_path_factory):
    """The world that could leak, made once; every request is undone."""
    media = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        made = make_world(make_cast())
    made.media = media
    return made


@pytest.fixture(autouse=True)
def same_files(world, settings):
    """Serve the world's files, not the test's own folder; let a persona try every address within a minute."""
    settings.MEDIA_ROOT = world.media
    settings.API_REQUESTS_PER_MINUTE = 1_000_000


def client_of(world: World, persona: str) -> Client:
    """Return a client that is signed in as the persona, or a stranger's."""
    client = Client(raise_request_exception=False)
    if PERSONAS[persona]:
        client.force_login(world.cast.people[PERSONAS[persona]], backend=BACKEND)
    if persona == VIEWER:
        session = client.session
        session[VIEWING_KEY] = world.viewing.pk
        session.save()
    return client


def ask(client: Client, method: str, url: str, *, undo: bool = True, **options: Any) -> tuple[str, str]:
    """Ask, and return the answer in a word, and its text."""
    with transaction.atomic():
        response = getattr(client, method)(url, **options)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if undo:
            transaction.set_rollback(True)
    word = str(response.status_code)
    if response.status_code < 300:
        word = "ok"
    elif response.status_code < 400:
        word = "in" if "/login/" in response["Location"] else "->"
    return word, body.decode("utf-8", "replace") + response.get("Location", "") + response.get(
        "Content-Disposition", ""
    )


def forbidden(persona: str, text: str, *, demo: bool = False) -> set[str]:
    """Return the labels in a text that the persona may not read."""
    found = labels_in(text) & set(READERS)
    if demo:
        found -= {"brightpath", "kappel", "isle", "northwind", "halden"}
    return {label for label in found if persona not in members(re.sub(r"[()]", "", READERS[label]))}


def tables() -> list[str]:
    """Return the tables whose content a refused request may not change."""
    models = [model for label in django_settings.OUR_APPS for model in apps.get_app_config(label).get_models()]
    return sorted({model._meta.db_table for model in models if model not in COUNTERS})


def fingerprint(of: list[str] | None = None) -> dict[str, str]:
    """Return the tables' content as a digest each: rows and their values."""
    of = tables() if of is None else of
    if not of:
        return {}
    digest = "coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
    queries = [f"SELECT '{table}', count(*) || ' ' || {digest} FROM {table} t" for table in of]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries))
        return dict(cursor.fetchall())


WRITTEN = """
SELECT relname,
  pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid)
FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)
"""


def written() -> dict[str, int]:
    """Return how many rows of each table this transaction has written, undone ones too: PostgreSQL counts."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [tables()])
        return dict(cursor.fetchall())


class Traces:
    """What changes from one look to the next. Only tables that were written to are read again."""

    def __init__(self) -> None:
        self.content, self.rows = fingerprint(), written()

    def left(self) -> list[str]:
        """Return the tables whose content is another one than at the last look."""
        now = written()
        content = fingerprint([table for table in now if now[table] != self.rows[table]])
        changed = [table for table in content if content[table] != self.content[table]]
        self.rows, self.content = now, self.content | content
        return changed


def test_every_address_is_in_the_matrix_and_the_matrix_names_no_other():
    there = set(addresses(get_resolver()))
    listed = {route.name for route in MATRIX}
    assert there - listed - set(NOT_OURS) == set(), "not in the matrix: nobody has said who may open it"
    assert listed - there == set(), "in the matrix, but there is no such address"


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_answers_as_promised_and_shows_nobody_elses_words(world, persona):
    client, wrong, seen = client_of(world, persona), [], set()
    for route in MATRIX:
        for target, arguments in route.targets(world, persona):
            word, text = ask(client, "get", reverse(route.name, kwargs=arguments))
            expected = route.expected(persona, target, "get")
            if word not in expected:
                wrong.append(f"{route.name} of {target}: {word}, promised {sorted(expected)}")
            read = forbidden(persona, text, demo=route.name in NAMES_THE_DEMO) - REVEALED.get(route.name, set())
            wrong += [f"{route.name} of {target} shows {label}" for label in read]
            seen |= labels_in(text)
    assert not wrong, "\n".join(wrong)
    readable = {label for label, who in READERS.items() if persona in members(re.sub(r"\(.*?\)", "", who))}
    assert readable <= seen, "proves nothing for what is never shown to who may read it"


LISTS = [route for route in MATRIX if route.object == "-" and route.get != "-" and not route.name.startswith("api-")]
QUERIES = (
    "?export=csv",
    "?q=Castellan",
    "?q=zq_",
    "?search=zq_&view=conflicts",
    "?q=halden&order=-value",
    "?vendor={halden}&partner={kappel}&account={account}&program={program}",
    "?deal={foreign}",
    "?page=2&order=customer",
    "?tier__id__exact=1&partner__name__contains=Kappel",
)


@pytest.mark.parametrize("persona", PERSONAS)
def test_exports_searches_filters_and_partials_show_nobody_elses_words(world, persona):
    client, wrong = client_of(world, persona), []
    cast = world.cast
    foreign = "hi" if persona not in members("halden isl") else "nk"
    facts = {
        "halden": cast.halden.vendor.pk,
        "kappel": cast.kappel.pk,
        "account": world.deals[foreign].account_id,
        "program": cast.halden.program.pk,
        "foreign": world.deals[foreign].reference,
    }
    for route in LISTS:
        if persona not in members(AREAS[route.area][0]) or persona not in members(route.get):
            continue
        url = reverse(route.name, kwargs=FIXED.get(route.name, {}))
        for query in QUERIES:
            for headers in ({}, {"HX-Request": "true", "HX-Target": "detail"}):
                asked = query.format(**facts)
                word, text = ask(client, "get", url + asked, headers=headers)
                if word.startswith("5"):
                    wrong.append(f"{route.name}{asked}: {word}")
                # What was typed into the search comes back in its field.
                text = text.replace(facts["foreign"], "") if "{foreign}" in query else text
                demo = route.name in NAMES_THE_DEMO or "Kappel" in query or "halden" in query
                told = forbidden(persona, text, demo=demo) - REVEALED.get(route.name, set())
                wrong += [f"{route.name}{asked} shows {label}" for label in told]
    assert not wrong, "\n".join(wrong)


def form_for(world: World) -> dict[str, Any]:
    """Return a form that holds something for every action."""
    return {
        "value": "4000",
        "closed_on": later(0),
        "close_date": later(30),
        "reason": "other",
        "message": "Because.",
        "fields": ["title"],
        "text": "Hello",
        "audience": "shared",
        "title": "Changed",
        "stage": "proposal",
        "revision": "0",
        "days": "30",
        "overtake_reason": "Asked to.",
        "account": str(world.deals["nb"].account_id),
        "selected": [deal.reference for deal in world.deals.values()],
        "seat": str(world.cast.seats["northwind_manager"].pk),
        "role": "administrator",
        "name": "New",
        "scopes": ["deals:read"],
        "customer_name": "Leaves A Trace GmbH",
        "customer_country": "DE",
        "lines-TOTAL_FORMS": "0",
        "lines-INITIAL_FORMS": "0",
    }


API_BODIES = {
    "help": {"account": "none"},
    "ignore": {"reason": "Nobody of ours."},
    "answer": {"message": "Yes."},
    "withdraw": {"message": "No."},
    "win": {"value": "4000.00", "closed_on": later(0)},
    "lose": {"reason": "other", "closed_on": later(0)},
    "reopen": {},
    "approve": {"message": "Yes."},
    "decline": {"reason": "other", "message": "No."},
    "ask": {"fields": ["title"], "message": "Which?"},
    "take": {},
    "comments": {"text": "Hello"},
    "lower": {},
    "keep": {"reason": "Opens the north."},
    "end": {},
    "join-approve": {"role": "sales"},
    **{name: {"reason": "As agreed."} for name in ("onboard", "activate", "suspend", "retire")},
}


def sent_to(route: Route, world: World) -> dict[str, Any]:
    """Return what a POST to the route sends, or the method that stands in its place."""
    if route.name in WRITES_BY:
        headers = {"If-Match": "*"}
        return {"data": PATCHES[route.name], "headers": headers, "content_type": "application/json"}
    if route.area == "api":
        body = "join-approve" if route.name == "api:join-request-approve" else route.name.rpartition("-")[2]
        body = "" if route.name == "api:join-request-decline" else body
        return {"data": API_BODIES.get(body, {}), "content_type": "application/json"}
    return {
        "data": {
            **form_for(world),
            "files": SimpleUploadedFile("a.txt", b"text"),
            "file": SimpleUploadedFile("b.txt", b"text"),
        }
    }


@pytest.mark.parametrize("persona", PERSONAS)
def test_post_by_who_may_not_is_refused_and_leaves_no_trace(world, persona):
    client, wrong = client_of(world, persona), []
    with transaction.atomic():
        traces = Traces()
        for route in MATRIX:
            allowed = {"ok", "->", "404"}
            for target, arguments in route.targets(world, persona):
                expected = route.expected(persona, target, "post")
                if persona in members(route.post) and expected & {"ok"}:
                    continue
                writes = WRITES_BY.get(route.name, "post")
                for method in (writes,) if route.area != "api" else ("post", "put", "patch", "delete"):
                    word, text = ask(
                        client, method, reverse(route.name, kwargs=arguments), undo=False, **sent_to(route, world)
                    )
                    # A page that takes no POST may show itself again, as long as nothing happens.
                    fine = expected | REFUSED | (allowed if route.post == "-" else set())
                    if method == writes and word not in fine:
                        wrong.append(f"{method} {route.name} of {target}: {word}")
                    wrong += [
                        f"{method} {route.name} of {target} shows {label}"
                        for label in forbidden(persona, text, demo=route.name in NAMES_THE_DEMO)
                        - REVEALED.get(route.name, set())
                    ]
            if changed := traces.left():
                wrong.append(f"{route.name} left a trace in {', '.join(changed)}")
        transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("persona", PERSONAS)
def test_post_by_who_may_is_not_refused(world, persona):
    client, wrong = client_of(world, persona), []
    for route in MATRIX:
        if persona not in members(route.post):
            continue
        for target, arguments in route.targets(world, persona):
            if "ok" not in route.expected(persona, target, "post") or route.name in {"seat-switch", "vendor-switch"}:
                continue
            method = WRITES_BY.get(route.name, "post")
            word, text = ask(client, method, reverse(route.name, kwargs=arguments), **sent_to(route, world))
            if word in REFUSED or word.startswith("5"):
                wrong.append(f"{route.name} of {target}: {word}")
            told = set(forbidden(persona, text)) - REVEALED.get(route.name, set())
            wrong += [f"{route.name} of {target} shows {label}" for label in sorted(told)]
    assert not wrong, "\n".join(wrong)


def test_who_views_as_a_partner_leaves_no_trace_by_reading_either(world):
    client, before, read = client_of(world, VIEWER), fingerprint(), 0
    with transaction.atomic():
        for route in MATRIX:
            for _target, arguments in route.targets(world, VIEWER):
                word, _text = ask(client, "get", reverse(route.name, kwargs=arguments), undo=False)
                read += word == "ok"
        after = fingerprint()
        transaction.set_rollback(True)
    assert read >= 8
    assert [table for table in after if after[table] != before[table]] == []


def test_a_trace_would_be_seen(world):
    client = client_of(world, "adm")
    with transaction.atomic():
        traces, before = Traces(), fingerprint()
        url = reverse("portal:deal-comment", args=[world.deals["nb"].reference])
        assert ask(client, "post", url, undo=False, data={"text": "Hello"})[0] == "->"
        assert set(traces.left()) >= {"dealreg_comment", "activity_event"}
        assert traces.left() == []
        after = fingerprint()
        assert {table for table in after if after[table] != before[table]} >= {"dealreg_comment", "activity_event"}
        assert ask(client, "post", url, data={"text": "Hello"})[0] == "->"
        assert traces.left() == [], "what was undone leaves none"
        transaction.set_rollback(True)


def foreign_ids(world: World) -> dict[str, tuple[str, str, dict[str, Any], dict[str, Any], str]]:
    """Return requests from inside that name a row from outside: persona, address, arguments, data, answer."""
    cast, deals = world.cast, world.deals
    own = {"reference": deals["nb"].reference}
    theirs = [deals["hb"].reference, deals["hi"].reference]
    registration = {
        "enrollment": cast.enrollments["kappel_northwind"].pk,
        "customer_name": "Leaves A Trace GmbH",
        "customer_country": "DE",
        "value": "1000.00",
        "close_date": later(30),
    }
    product = {"lines": [{"product": cast.halden.robot.pk, "quantity": 1}]}
    enrollment = {"enrollment": cast.enrollments["brightpath_northwind"].pk}
    file = {**world.rows["draft"]["kappel_sales"], "key": world.files["draft_brightpath_sales"].key}
    console = {"family": cast.northwind.robots.pk, "name": "Sly", "sku": "S-1", "is_active": "on"}
    prices = {"prices-TOTAL_FORMS": "0", "prices-INITIAL_FORMS": "0"}
    return {
        "approving another vendor's deals": ("man", "desk:bulk-approve", {}, {"selected": theirs}, "->"),
        "naming another vendor's account": (
            "man",
            "desk:deal-confirm",
            own,
            {"account": deals["hb"].account_id},
            "422",
        ),
        "registering for another partner": ("kap", "api:deal-list", {}, {**registration, **enrollment}, "422"),
        "registering another vendor's product": ("kap", "api:deal-list", {}, {**registration, **product}, "422"),
        "taking another's file": ("kap", "portal:draft-file-remove", file, {}, "404"),
        "sitting on another's seat": (
            "sal",
            "seat-switch",
            {},
            {"seat": cast.seats["northwind_manager"].pk},
            "404",
        ),
        "looking at another vendor": ("kap", "vendor-switch", {}, {"vendor": cast.halden.vendor.pk}, "404"),
        "a product in another vendor's family": ("hma", "admin:accounts_product_add", {}, {**console, **prices}, "422"),
    }


def test_naming_a_row_out_of_sight_from_inside_reaches_nothing(world):
    for name, (persona, address, arguments, data, promised) in foreign_ids(world).items():
        before = fingerprint()
        kind = {"content_type": "application/json"} if address.startswith("api:") else {}
        with transaction.atomic():
            word, text = ask(
                client_of(world, persona), "post", reverse(address, kwargs=arguments), undo=False, data=data, **kind
            )
            # What was typed may be kept as the person's own draft.
            after = fingerprint() | {"dealreg_dealdraft": before["dealreg_dealdraft"]}
            transaction.set_rollback(True)
        seen = before | {"people_person": after["people_person"]}  # signing in leaves its time
        assert (name, word) == (name, promised), text[:2000]
        assert after == seen, name
        assert forbidden(persona, text) == set(), name
