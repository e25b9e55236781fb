"""The promises that PostgreSQL keeps by itself, whatever a service or a person with psql does."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Account, MatchKey, Price, Product
from activity.models import Delivery, Event, Mail
from dealreg.enums import ProtectionState, Status
from dealreg.models import Comment, Conflict, Deal, DealDraft, DealFile, DealLine, Policy, Protection
from dealreg.services import approve_deal
from partners.models import Enrollment, Seat
from prm.kernel.actors import Role
from prm.kernel.constraints import CompositeForeignKey
from standing.models import Benefit, Standing, Tier

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@contextmanager
def refused(constraint: str, *, deferred: bool = False):
    """Expect the database to refuse by this constraint; a deferred one is judged at the end, alone."""
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012
        yield
        if deferred:
            cursor.execute(f"SET CONSTRAINTS {constraint} IMMEDIATE")
    assert constraint in str(error.value)


@pytest.fixture
def scene(cast):
    """One row of every tenant table for Northwind and Brightpath, and what else exists at Halden."""
    deal = cast.register()
    cast.register(
        "kappel_sales",
        "kappel_northwind",
        customer_name="CASTELLAN-FOODS",
        customer_domain="",
    )
    approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
    tenant = {"vendor_id": deal.vendor_id, "partner_id": deal.partner_id, "enrollment_id": deal.enrollment_id}
    Comment.objects.create(deal=deal, person=cast.people["brightpath_sales"], audience="shared", text="Hello", **tenant)
    file = DealFile(deal=deal, name="offer.txt", size=2, media_type="text/plain", **tenant)
    file.content.save("offer.txt", ContentFile(b"ok"))
    halden = cast.register(
        "isle_sales", "isle_halden", customer_name="Elsewhere AG", customer_domain="elsewhere.example"
    )
    cast.other_account = halden.account
    cast.other_deal = halden
    with connection.cursor() as cursor:  # what was written so far is sound
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return cast


TENANT_ROWS = {
    "deal_tenant": Deal,
    "comment_tenant": Comment,
    "file_tenant": DealFile,
    "protection_tenant": Protection,
    "standing_tenant": Standing,
}


@pytest.mark.parametrize(("constraint", "model"), TENANT_ROWS.items(), ids=TENANT_ROWS)
@pytest.mark.parametrize("column", ["vendor_id", "partner_id", "enrollment_id"])
def test_tenant_column_that_differs_from_the_enrollments_is_refused(scene, constraint, model, column):
    other = {
        "vendor_id": scene.halden.vendor.pk,
        "partner_id": scene.kappel.pk,
        "enrollment_id": scene.enrollments["isle_halden"].pk,
    }
    row = model.objects.filter(vendor=scene.northwind.vendor, partner=scene.brightpath).first()
    assert row is not None
    with refused(constraint, deferred=True):
        model.objects.filter(pk=row.pk).update(**{column: other[column]})


@pytest.mark.parametrize("constraint", ["comment_tenant", "file_tenant", "protection_tenant"])
def test_tenant_columns_that_agree_with_each_other_but_not_with_the_parent_are_refused(scene, constraint):
    model = TENANT_ROWS[constraint]
    elsewhere = scene.enrollments["isle_halden"]
    row = model.objects.filter(vendor=scene.northwind.vendor, partner=scene.brightpath).first()
    with refused(constraint, deferred=True):
        model.objects.filter(pk=row.pk).update(
            enrollment=elsewhere, vendor_id=elsewhere.vendor_id, partner_id=elsewhere.partner_id
        )


@pytest.mark.parametrize("column", ["vendor_id", "partner_id"])
def test_half_empty_tenant_of_a_file_is_refused_by_match_full(scene, column):
    constraint = "file_on_deal_or_draft" if column == "vendor_id" else "file_tenant"
    file = DealFile.objects.filter(deal__partner=scene.brightpath).first()
    with refused(constraint, deferred=column != "vendor_id"):
        DealFile.objects.filter(pk=file.pk).update(**{column: None})


VENDOR_ROWS = {
    "enrollment_vendor_of_program": (Enrollment, "vendor_id"),
    "deal_vendor_of_account": (Deal, "account_id"),
    "line_vendor_of_deal": (DealLine, "vendor_id"),
    "line_vendor_of_product": (DealLine, "product_id"),
    "conflict_vendor_of_deal": (Conflict, "deal_id"),
    "conflict_vendor_of_account": (Conflict, "account_id"),
    "protection_vendor_of_account": (Protection, "account_id"),
    "protection_vendor_of_family": (Protection, "family_id"),
    "product_vendor_of_family": (Product, "family_id"),
    "price_vendor_of_product": (Price, "vendor_id"),
    "policy_vendor_of_program": (Policy, "vendor_id"),
    "matchkey_vendor_of_account": (MatchKey, "vendor_id"),
    "tier_vendor_of_program": (Tier, "vendor_id"),
    "benefit_vendor_of_tier": (Benefit, "vendor_id"),
    "standing_vendor_of_tier": (Standing, "vendor_id"),
}


@pytest.mark.parametrize("name", VENDOR_ROWS)
def test_row_of_one_vendor_that_refers_to_another_vendors_is_refused(scene, name):
    model, column = VENDOR_ROWS[name]
    other = {
        "vendor_id": scene.halden.vendor.pk,
        "account_id": scene.other_account.pk,
        "deal_id": scene.other_deal.pk,
        "product_id": scene.halden.sensor.pk,
        "family_id": scene.halden.sensors.pk,
    }[column]
    rows = model.objects.filter(vendor=scene.northwind.vendor)
    assert rows.exists(), "nothing to move"
    first = rows.first()
    with refused(name, deferred=True):
        model.objects.filter(pk=first.pk).update(**{column: other})


def test_every_composite_key_of_the_models_stands_in_the_database_as_declared(db):
    """The tables above try some; PostgreSQL treats all keys alike, so for the others it is enough that it has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND confmatchtype = 'f' AND condeferrable AND condeferred AND convalidated"
        )
        found = {name: (table, rule) for name, table, rule in cursor.fetchall()}
    declared = composite_keys()
    assert {name: found.get(name) for name in declared} == declared
    assert {*TENANT_ROWS, *VENDOR_ROWS} <= set(declared)


def test_every_tenants_row_is_held_to_its_enrollment_or_vendor():
    """A model with a vendor's column has a composite key, unless nothing above it has one too."""
    alone = {
        "activity.Event",  # stands below partners; the recorder copies its tenant from the subject
        "dealreg.DealDraft",
    }
    missing = {
        model._meta.label
        for model in apps.get_models()
        if {"vendor", "enrollment"} <= {field.name for field in model._meta.concrete_fields}
        and not any(isinstance(constraint, CompositeForeignKey) for constraint in model._meta.constraints)
    }
    assert missing <= alone


def composite_keys() -> dict[str, tuple[str, str]]:
    """Return what models declare: each composite foreign key with its table and its rule, as PostgreSQL writes it."""
    found = {}
    for model in apps.get_models():
        for rule in model._meta.constraints:
            if isinstance(rule, CompositeForeignKey):
                target = apps.get_model(rule.to)
                own = ", ".join(model._meta.get_field(name).column for name in rule.fields)
                theirs = ", ".join(target._meta.get_field(name).column for name in rule.to_fields)
                match = "MATCH FULL DEFERRABLE INITIALLY DEFERRED"
                key = f"FOREIGN KEY ({own}) REFERENCES {target._meta.db_table}({theirs}) {match}"
                found[rule.name] = (model._meta.db_table, key)
    return found


# -- What must be true of a deal

CHECKS = [
    ("deal_value_not_negative", {"value": -1}),
    ("deal_has_family", {"families": []}),
    ("deal_decision_has_decider", {"status": Status.APPROVED}),
    ("deal_decision_has_decider", {"status": Status.APPROVED, "decided_at": NOW}),
    ("deal_decision_has_decider", {"status": Status.EXPIRED}),
    ("deal_decision_has_decider", {"status": Status.DECLINED, "decline_reason": "other"}),
    ("deal_declined_has_reason", {"status": Status.DECLINED, "decline_reason": "", "decided": True}),
    ("deal_asked_has_question", {"status": Status.INFORMATION_REQUESTED, "clock_left": 3}),
    ("deal_asked_has_question", {"status": Status.INFORMATION_REQUESTED, "asked_text": "Which plant?"}),
    ("deal_undecided_has_no_decision", {"status": Status.SUBMITTED, "decided": True}),
    ("deal_undecided_has_no_decision", {"status": Status.IN_REVIEW, "decided": True}),
    ("deal_won_has_value", {"outcome": "won"}),
    ("deal_won_has_value", {"outcome": "won", "closed_on": date(2026, 1, 2)}),
    ("deal_won_has_value", {"outcome": "won", "closed_value": 3}),
    ("deal_lost_has_reason", {"outcome": "lost"}),
    ("deal_lost_has_reason", {"outcome": "lost", "lost_reason": "price"}),
    ("deal_lost_has_reason", {"outcome": "lost", "closed_on": date(2026, 1, 2)}),
]


@pytest.mark.parametrize(("constraint", "changes"), CHECKS, ids=lambda value: value if isinstance(value, str) else None)
def test_deal_without_the_facts_of_its_state_is_refused(cast, constraint, changes):
    deal = cast.register()
    changes = dict(changes)
    if changes.pop("decided", False):
        changes |= {"decided_at": NOW, "decided_by_id": cast.people["northwind_approver"].pk}
    with refused(constraint):
        Deal.objects.filter(pk=deal.pk).update(**changes)


def test_every_check_of_a_deal_has_a_refusal_above():
    declared = {constraint.name for constraint in Deal._meta.constraints if hasattr(constraint, "condition")}
    unconditional = {"deal_with_tenant", "deal_with_vendor"}
    assert {name for name, _changes in CHECKS} == declared - unconditional


def test_one_submission_and_one_reference_make_one_deal(cast):
    first, second = cast.register(), cast.register(customer_name="Somebody Else GmbH", customer_domain="")
    for name in ("submission", "reference"):
        with refused(name):
            Deal.objects.filter(pk=second.pk).update(**{name: getattr(first, name)})


# -- Only one


def test_second_live_protection_of_an_account_and_family_is_refused_whoever_writes_it(scene):
    held = Protection.objects.live().get()
    again = {
        name: getattr(held, name)
        for name in (
            "deal_id",
            "vendor_id",
            "partner_id",
            "enrollment_id",
            "account_id",
            "family_id",
            "starts_at",
            "ends_at",
        )
    }
    with refused("protection_one_live"):
        Protection.objects.create(**again)
    for state in (ProtectionState.EXPIRED, ProtectionState.RELEASED):
        assert Protection.objects.create(state=state, **again).pk


def test_protection_that_ends_before_it_starts_is_refused(scene):
    with refused("protection_ends_after_start"):
        Protection.objects.update(ends_at=timezone.now() - timedelta(days=900))


def test_accounts_are_unique_per_vendor_on_domain_and_on_name_with_country(scene):
    account = scene.other_account
    kept = {"vendor": account.vendor, "name": "x", "country": account.country, "origin": account.origin}
    with refused("account_domain_once"):
        Account.objects.create(normalised_name="other", domain=account.domain, **kept)
    with refused("account_name_once"):
        Account.objects.create(normalised_name=account.normalised_name, **kept)
    with refused("account_has_name"):
        Account.objects.create(normalised_name="", **kept)
    elsewhere = kept | {"vendor": scene.northwind.vendor}
    assert Account.objects.create(normalised_name=account.normalised_name, domain=account.domain, **elsewhere).pk


def test_file_belongs_to_a_deal_or_a_draft_and_never_to_both_or_neither(scene):
    file = DealFile.objects.filter(deal__partner=scene.brightpath).first()
    draft = DealDraft.objects.create(
        person=scene.people["brightpath_sales"], seat=scene.seats["brightpath_sales"], partner=scene.brightpath
    )
    for changes in ({"draft": draft}, {"deal": None}):
        with refused("file_on_deal_or_draft"):
            DealFile.objects.filter(pk=file.pk).update(**changes)


def test_seat_in_no_or_two_organisations_or_with_the_other_sides_role_is_refused(cast):
    seat = cast.seats["brightpath_sales"]
    for changes in (
        {"partner": None},
        {"vendor": cast.northwind.vendor},
        {"role": Role.APPROVER},
    ):
        with refused("seat_in_one_organisation"):
            Seat.objects.filter(pk=seat.pk).update(**changes)


# -- History

WRITES = {
    "update": lambda: Event.objects.update(kind="deal.approved"),
    "delete": lambda: Event.objects.all()._raw_delete(Event.objects.db),
    "raw": lambda: connection.cursor().execute("UPDATE activity_event SET data = '{}'"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_event_is_never_changed_or_deleted(cast, write):
    cast.register()
    before = list(Event.objects.values())
    assert before
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        write()
    assert list(Event.objects.values()) == before


def test_delivery_and_mail_are_once_and_their_ends_have_times(cast):
    cast.register()
    delivery = Delivery.objects.first()
    with refused("delivery_once"):
        Delivery.objects.create(event=delivery.event, handler=delivery.handler)
    with refused("delivery_done_has_time"):
        Delivery.objects.filter(pk=delivery.pk).update(state="done")
    mail = {"event": delivery.event, "person": cast.people["brightpath_sales"], "template": "t", "to": "a@b.example"}
    Mail.objects.create(subject="s", text="t", **mail)
    with refused("mail_once"):
        Mail.objects.create(subject="s", text="t", **mail)
    with refused("mail_sent_has_time"):
        Mail.objects.update(state="sent")


def test_draft_number_is_taken_once(cast):
    number = uuid4()
    fields = {
        "person": cast.people["brightpath_sales"],
        "seat": cast.seats["brightpath_sales"],
        "partner": cast.brightpath,
        "submission": number,
    }
    DealDraft.objects.create(**fields)
    with refused("submission"):
        DealDraft.objects.create(**fields)
