"""The partner's side of a registration: submit, answer, withdraw."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AccountLink
from accounts.models import Price, Product
from accounts.naming import normalise_name
from accounts.registers import check_vat
from accounts.resolving import Resolution, resolve_customer
from dealreg import events
from dealreg.engagement import Facts
from dealreg.engagement.shape import Need
from dealreg.enums import Askable, MilestoneKind, Status
from dealreg.milestones import reaching, take_back
from dealreg.models import Conflict, Deal, DealFile, DealLine
from dealreg.own_fields import Demand, asked_of, cleaned
from dealreg.permissions import REGISTER_DEALS
from dealreg.registrations import ADDRESS, customer_of
from dealreg.rules import Terms, check_close_date, check_website, competes, needs_review, overlap
from dealreg.rulings import holidays_of
from dealreg.services.admission import admit, admit_again, due_from
from dealreg.services.pipeline import keep_amounts
from dealreg.services.protection import release_protections
from dealreg.stating import stated
from dealreg.terms import terms_for
from dealreg.workflow import REGISTRATION
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Forbidden, RuleViolation, TooMany
from prm.kernel.money import CURRENCIES, LARGEST
from prm.kernel.questions import Kind
from prm.kernel.recording import record
from prm.kernel.references import new_reference
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dealreg.registrations import Registration
    from prm.kernel.actors import Actor

MOST_LINES = 100
LARGEST_QUANTITY = 1_000_000
DECIDED_LINKS = frozenset({AccountLink.CONFIRMED, AccountLink.SEPARATED})


def register_deal(*, actor: Actor, registration: Registration, terms: Terms | None = None) -> Deal:
    """Submit a registration; returns the deal, which has its place in line from now on.

    Args:
        terms: of the enrollment, where the caller has just read them by `terms_for(actor)`; read here otherwise.

    Finds or creates the vendor's account, notes what it may conflict with, starts the service-level clock, takes over
    the files of the actor's draft with the same `submission` and deletes that draft, and records `deal.submitted`.
    The same `submission` again returns the deal of the first time and does nothing else.

    Raises:
        Forbidden: the role doesn't register deals. Http404: not a live enrollment of the actor's partner.
        TooMany: the program's hourly limit. RuleViolation: a field is off; `field` names it.
    """
    if not actor.may(REGISTER_DEALS) or actor.person_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't register deals. Ask your administrator."))
    try:
        with transaction.atomic():
            return _register(actor, registration, terms)
    except IntegrityError as error:
        twice = Deal.objects.visible_to(actor).filter(submission=registration.submission).first()
        if twice is None:
            raise error from None
        return twice


def _register(actor: Actor, registration: Registration, terms: Terms | None) -> Deal:
    if terms is None or terms.enrollment_id != registration.enrollment_id:
        terms = next(iter(terms_for(actor, registration.enrollment_id)), None)
    if terms is None:
        raise Http404
    _check(registration, terms)
    lines = _lines(actor, registration, terms)
    value = _value(registration, lines)
    registration = replace(registration, answers=_answers(actor, registration, terms, lines))
    facts = stated(registration, terms, lines, value) if not terms.engagement.is_plain else Facts()
    admit(facts, terms)
    resolution = resolve_customer(terms.vendor_id, registration.customer)
    deal = _build(actor, registration, terms, lines, resolution)
    deal.value, deal.due_at = value, due_from(deal.submitted_at, terms, facts, resolution.account_id)
    admit_again(terms, resolution, deal.families)
    review = place_in_line(deal, resolution, terms.all_families_id)
    deal.save(force_insert=True)
    keep_visible(deal, actor)
    _keep_lines(deal, lines)
    if review:
        keep_conflicts(deal, resolution)
    record(events.SUBMITTED, actor=actor, subject=deal, after={"status": deal.status}, data=_facts(deal))
    if registration.submission is not None:
        _take_over(actor, deal)
    return deal


def _check(registration: Registration, terms: Terms) -> None:
    if terms.recent >= terms.hourly_registrations:
        raise TooMany(
            "too_many_registrations",
            _(
                "Your company registered %(count)d deals in the last hour, the most this program takes. "
                "Your draft is kept: try again in an hour."
            )
            % {"count": terms.recent},
            retry_after=3600,
        )
    if not normalise_name(registration.customer_name):
        raise RuleViolation(
            "customer_needs_name", _("Enter the customer's name, as on its letterhead."), "customer_name"
        )
    check_website(registration.customer_domain)
    check_vat(registration.customer_vat_number, str(registration.customer_country), "customer_vat_number")
    check_close_date(registration.close_date, timezone.localdate())
    if registration.currency and registration.currency not in CURRENCIES:
        raise RuleViolation("unknown_currency", _("We don't know this currency."), "currency")
    if len(registration.lines) > MOST_LINES:
        raise RuleViolation("too_many_lines", _("At most 100 products."), "lines")
    if any(not 1 <= line.quantity <= LARGEST_QUANTITY for line in registration.lines):
        raise RuleViolation("quantity_out_of_range", _("A quantity is between 1 and 1,000,000."), "lines")


def _lines(actor: Actor, registration: Registration, terms: Terms) -> list[DealLine]:
    if not registration.lines:
        return []
    wanted = {line.product_id: line.quantity for line in registration.lines}
    if len(wanted) != len(registration.lines):
        raise RuleViolation("product_twice", _("Each product once: add the quantities up."), "lines")
    currency = registration.currency or terms.currency
    prices = Price.objects.filter(product=OuterRef("pk"), currency=currency, valid_from__lte=timezone.localdate())
    products = (
        Product.objects.visible_to(actor)
        .filter(pk__in=wanted, vendor_id=terms.vendor_id, is_active=True)
        .select_related("family")
        .annotate(list_price=Subquery(prices.order_by("-valid_from").values("amount")[:1]))
    )
    lines = [
        DealLine(
            vendor_id=terms.vendor_id,
            product=product,
            family_id=product.family_id,
            quantity=wanted[product.pk],
            unit_price=product.list_price,
        )
        for product in products
    ]
    if len(lines) != len(wanted):
        raise RuleViolation("unknown_product", _("Choose products from this program's list."), "lines")
    return lines


def _answers(actor: Actor, registration: Registration, terms: Terms, lines: list[DealLine]) -> dict[str, Any]:
    """Return the answers to the program's own fields. A query only where a file is wanted."""
    fields = asked_of(terms.engagement.fields)
    if not fields and not registration.answers:
        return {}
    families = {line.product.family.code for line in lines}
    files: list[str] | None = None
    if registration.submission is not None and any(own.kind is Kind.FILE for own in fields):
        draft = DealFile.objects.filter(draft__submission=registration.submission, draft__seat=actor.seat_id)
        files = list(draft.values_list("field", flat=True))
    needs = (Need.SUBMIT, Need.ALWAYS)
    return cleaned(fields, registration.answers, Demand(needs=needs, families=families, files=files))


KEEP_LINES = """
INSERT INTO dealreg_dealline (vendor_id, deal_id, product_id, family_id, quantity, unit_price)
SELECT %(vendor)s, %(deal)s, l.* FROM unnest(%(products)s::bigint[], %(families)s::bigint[], %(quantities)s::int[],
  %(prices)s::numeric[]) l
"""


def _keep_lines(deal: Deal, lines: list[DealLine]) -> None:
    # In one message with the milestone, which reads them: registering is what partners do most.
    note, values = reaching(deal, MilestoneKind.REGISTERED)
    values |= {
        "vendor": deal.vendor_id,
        "products": [line.product_id for line in lines],
        "families": [line.family_id for line in lines],
        "quantities": [line.quantity for line in lines],
        "prices": [line.unit_price for line in lines],
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{KEEP_LINES};{note}" if lines else note, values)


def _build(
    actor: Actor, registration: Registration, terms: Terms, lines: list[DealLine], resolution: Resolution
) -> Deal:
    return Deal(
        reference=new_reference(terms.vendor_code),
        submission=registration.submission or uuid4(),
        vendor_id=terms.vendor_id,
        partner_id=actor.partner_id,
        enrollment_id=terms.enrollment_id,
        owner_id=actor.person_id,
        account_id=resolution.account_id,
        account_link=resolution.link,
        families=sorted({line.family_id for line in lines}) or [terms.all_families_id],
        customer_name=registration.customer_name.strip(),
        customer_domain=registration.customer_domain.strip(),
        customer_country=registration.customer_country,
        customer_city=registration.customer_city,
        **{name: getattr(registration, name) for name in ADDRESS},
        customer_industry=registration.customer_industry,
        customer_employees=registration.customer_employees,
        contact_name=registration.contact_name,
        contact_email=registration.contact_email,
        title=registration.title,
        currency=registration.currency or terms.currency,
        close_date=registration.close_date,
        stage=registration.stage,
        part=registration.part,
        notes=registration.notes,
        answers=dict(registration.answers),
        submitted_at=timezone.now(),
        policy_reference=terms.policy,
        discount=terms.discount,
        protection_days=terms.protection_days,
    )


def _value(registration: Registration, lines: list[DealLine]) -> Decimal:
    if registration.value is not None:
        value = registration.value
    else:
        totals = [line.unit_price * line.quantity for line in lines if line.unit_price is not None]
        if not totals or len(totals) < len(lines):
            raise RuleViolation("value_needed", _("Enter the value: not every product has a list price."), "value")
        value = sum(totals, Decimal(0))
    if not 0 <= value <= LARGEST:
        raise RuleViolation(
            "amount_too_large", _("That is more than we can take: at most 999,999,999,999.99."), "value"
        )
    return value


def place_in_line(deal: Deal, resolution: Resolution, all_families: int) -> bool:
    """Give an undecided deal its first status, before it is saved; returns whether a person must look at it."""
    rivals = _rivals(deal, resolution, all_families) if competes(deal.part) else []
    best = resolution.best
    review = needs_review(deal.account_link, rivals, best.origin if best else None)
    deal.status = Status.IN_REVIEW if review else Status.SUBMITTED
    return review


def _rivals(deal: Deal, resolution: Resolution, all_families: int) -> list[Deal]:
    if resolution.link == AccountLink.NEW:
        return []
    near = {resolution.account_id, *(candidate.account_id for candidate in resolution.candidates)}
    others = Deal.objects.filter(vendor_id=deal.vendor_id, account_id__in=near).contending()
    others = others.exclude(partner_id=deal.partner_id).only("id", "part", "families")[:50]
    return [other for other in others if competes(other.part) and overlap(other.families, deal.families, all_families)]


def keep_conflicts(deal: Deal, resolution: Resolution) -> None:
    """Note the accounts that a deal's customer may be."""
    if not resolution.candidates:
        return
    Conflict.objects.bulk_create(
        Conflict(
            deal=deal,
            vendor_id=deal.vendor_id,
            account_id=candidate.account_id,
            score=candidate.match.score,
            band=candidate.match.band,
            why=str(candidate.match.why),
            reasons=[
                {"field": r.field, "similarity": r.similarity, "weight": r.weight, "sentence": str(r.sentence)}
                for r in candidate.match.reasons
            ],
        )
        for candidate in resolution.candidates
    )


def _facts(deal: Deal) -> dict[str, Any]:
    return {
        "reference": deal.reference,
        "customer": deal.customer_name,
        "value": str(deal.value),
        "currency": deal.currency,
        "review": deal.status == Status.IN_REVIEW,
    }


TAKE_OVER = """
WITH draft AS (
  SELECT id FROM dealreg_dealdraft WHERE submission = %(submission)s AND seat_id = %(seat)s AND person_id = %(person)s
), moved AS (
  UPDATE dealreg_dealfile SET draft_id = NULL, deal_id = %(deal)s, vendor_id = %(vendor)s, partner_id = %(partner)s,
    enrollment_id = %(enrollment)s
  FROM draft WHERE draft_id = draft.id
)
DELETE FROM dealreg_dealdraft USING draft WHERE dealreg_dealdraft.id = draft.id
"""


def _take_over(actor: Actor, deal: Deal) -> None:
    # One statement, whether there is a draft or not: three queries less for everyone who registers a deal.
    values = {
        "submission": deal.submission,
        "seat": actor.seat_id,
        "person": actor.person_id,
        "deal": deal.pk,
        "vendor": deal.vendor_id,
        "partner": deal.partner_id,
        "enrollment": deal.enrollment_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, values)


@transaction.atomic
def answer_request(*, actor: Actor, deal: Deal, answers: Mapping[str, Any], message: str = "") -> Deal:
    """Answer what the approver asked for; the clock runs on from where it stopped.

    `answers` may only hold the fields that were asked for; a changed website or town lets the customer be matched
    again, unless a person has decided who it is. Records `deal.answered`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: another field, or nothing was answered.
    """
    before: dict[str, Any] = {}

    def changes(fresh: Deal) -> dict[str, Any]:
        _check_answers(fresh, answers, message)
        before.update({name: getattr(fresh, name) for name in answers if getattr(fresh, name) != answers[name]})
        left = max(fresh.clock_left or 0, 1)
        due = add_working_hours(timezone.now(), left, fresh.vendor.time_zone, holidays_of(fresh))
        return {**answers, "due_at": due, "clock_left": None, "asked_fields": [], "asked_text": ""}

    data = {"message": message, "fields": sorted(answers)}
    fresh: Deal = move(REGISTRATION, "answer", row=deal, actor=actor, changes=changes, data=data)
    keep_amounts(fresh, actor=actor, before=before, reason=message)
    if Askable.CUSTOMER_DOMAIN in answers and fresh.account_link not in DECIDED_LINKS:
        _match_again(fresh, actor)
    return fresh


def _check_answers(deal: Deal, answers: Mapping[str, Any], message: str) -> None:
    stray = set(answers) - set(deal.asked_fields)
    if stray or Askable.FILES in answers:
        raise RuleViolation("not_asked", _("Only what was asked for can be changed now."), min(stray or {"files"}))
    files = Askable.FILES in deal.asked_fields and deal.files.filter(person__isnull=False).exists()
    if not answers and not message and not files:
        raise RuleViolation(
            "nothing_answered", _("Answer at least one of the questions, or write a message."), "message"
        )
    check_website(answers.get("customer_domain", ""))
    if "close_date" in answers:
        check_close_date(answers["close_date"], timezone.localdate())


def _match_again(deal: Deal, actor: Actor) -> None:
    before = {"account_id": deal.account_id, "account_link": deal.account_link}
    resolution = resolve_customer(deal.vendor_id, customer_of(deal))
    others = Deal.objects.filter(account_id=resolution.account_id).exclude(pk=deal.pk)
    if resolution.account_id == deal.account_id and not others.exists():
        return  # it found the account that it made itself
    Conflict.objects.filter(deal=deal).delete()
    keep_conflicts(deal, resolution)
    deal.account_id, deal.account_link = resolution.account_id, resolution.link
    deal.save(update_fields=["account_id", "account_link", "updated_at"])
    after = {"account_id": deal.account_id, "account_link": deal.account_link}
    # An event of its own: who it looks like is the vendor's alone, the answer is shared.
    record(events.MATCHED, actor=actor, subject=deal, before=before, after=after)


@transaction.atomic
def withdraw_deal(*, actor: Actor, deal: Deal, message: str = "") -> Deal:
    """Withdraw a registration; its place in line or its protection is free at once, and it no longer counts.

    Records `deal.withdrawn`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: the deal is closed.
    """
    unasked: dict[str, Any] = {"asked_fields": [], "asked_text": "", "clock_left": None}
    fresh: Deal = move(REGISTRATION, "withdraw", row=deal, actor=actor, changes=unasked, data={"message": message})
    release_protections(fresh)
    take_back(fresh, MilestoneKind.REGISTERED, MilestoneKind.APPROVED)
    return fresh
