"""What rules of engagement are asked about: a registration as it is typed, or a deal as it stands."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from accounts.models import Account
from dealreg.engagement import Facts
from dealreg.enums import Askable, Outcome
from dealreg.own_fields import stated_answers
from dealreg.reports import appeal_beside, line_for
from dealreg.rules import competes
from dealreg.terms import HELD, RANKS, partner_facts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from dealreg.models import Deal, DealLine
    from dealreg.registrations import Registration
    from dealreg.rules import Terms

EMPTY_BY_NAME = (
    Askable.TITLE,
    Askable.CUSTOMER_DOMAIN,
    Askable.CUSTOMER_CITY,
    Askable.CUSTOMER_INDUSTRY,
    Askable.CUSTOMER_EMPLOYEES,
    Askable.CONTACT_NAME,
    Askable.CONTACT_EMAIL,
    Askable.NOTES,
)

# `held`, `earlier`, `holder` as of a moment: now for what waits, when it came in for what is judged again.
FACTS = f"""
SELECT d.id, d.part, d.customer_country, d.customer_industry, d.customer_employees, d.account_id, a.origin,
  d.account_link, d.outcome, d.value, d.currency, v.currency, round(d.value * r.rate, 2),
  ARRAY(SELECT f.code FROM accounts_productfamily f WHERE f.id = ANY(d.families) AND NOT f.covers_all ORDER BY f.code),
  (SELECT count(*) FROM dealreg_conflict c WHERE c.deal_id = d.id AND c.account_id <> d.account_id),
  (SELECT count(*) FROM dealreg_deal o WHERE o.account_id = d.account_id AND o.enrollment_id = d.enrollment_id
    AND o.status = 'declined' AND o.id <> d.id AND o.families && d.families
    AND o.decided_at BETWEEN d.submitted_at - make_interval(days => %(days)s) AND d.submitted_at),
  EXISTS (SELECT FROM dealreg_ruling u WHERE u.deal_id = d.id AND u.outcome = 'ask'),
  EXISTS (SELECT FROM dealreg_dealfile f WHERE f.deal_id = d.id AND f.person_id IS NOT NULL),
  d.title, d.customer_domain, d.customer_city, d.customer_industry, d.customer_employees, d.contact_name,
  d.contact_email, d.notes, d.answers,
  tier.slug, tier.rank, partner.country, partner.regions, {RANKS}, {HELD}
FROM dealreg_deal d
JOIN partners_vendor v ON v.id = d.vendor_id
JOIN partners_enrollment e ON e.id = d.enrollment_id
JOIN partners_partner partner ON partner.id = d.partner_id
JOIN accounts_account a ON a.id = d.account_id
LEFT JOIN standing_standing s ON s.enrollment_id = d.enrollment_id
LEFT JOIN standing_tier tier ON tier.id = s.tier_id
LEFT JOIN LATERAL partners_rate(d.vendor_id, d.currency, (d.submitted_at AT TIME ZONE v.time_zone)::date) r ON true
WHERE d.id = ANY(%(deals)s)
"""  # noqa: S608  (only constants are put in)

IN_LINE = """
SELECT d.id,
  count(o.id) FILTER (WHERE o.submitted_at < d.submitted_at AND o.status <> 'withdrawn'
    AND (o.decided_at IS NULL OR o.decided_at > d.submitted_at)),
  count(o.id) FILTER (WHERE o.protected_from <= d.submitted_at AND o.protected_until > d.submitted_at)
FROM dealreg_deal d LEFT JOIN dealreg_deal o ON o.account_id = d.account_id AND o.vendor_id = d.vendor_id
  AND o.id <> d.id AND o.part = 'sell'
  AND (o.families && d.families OR EXISTS (
    SELECT FROM accounts_productfamily f WHERE f.covers_all AND f.id = ANY(o.families || d.families)))
WHERE d.id = ANY(%(deals)s) GROUP BY d.id
"""
RATE = "SELECT rate FROM partners_rate(%s, %s, %s)"
NO_LIMIT_DAYS = 90


def stated(registration: Registration, terms: Terms, lines: Sequence[DealLine], value: Decimal) -> Facts:
    """Return what a partner states, before anybody knows who the customer is. A query only for another currency."""
    currency = registration.currency or terms.currency
    worth = value if currency == terms.currency else converted(terms.vendor_id, currency, value, timezone.localdate())
    families = {line.product.family.code for line in lines if not line.product.family.covers_all}
    return replace(
        terms.speaks,
        part=str(registration.part),
        competes=competes(registration.part),
        country=str(registration.customer_country),
        industry=registration.customer_industry,
        employees=registration.customer_employees,
        families=tuple(sorted(families)),
        value=None if worth is None else f"{worth:.2f}",
        stated=f"{value:.2f}",
        stated_in=currency,
        answers=stated_answers(registration.answers),
        has_contact=bool(registration.contact_name or registration.contact_email),
        empty=tuple(str(name) for name in EMPTY_BY_NAME if not getattr(registration, name)),
    )


def stated_alone(terms: Terms, facts: Mapping[str, Any]) -> Facts:
    """Return facts that a partner merely asks about, as the API takes them. A query only for another currency."""
    currency, value = facts.get("currency") or terms.currency, facts["value"]
    worth = value if currency == terms.currency else converted(terms.vendor_id, currency, value, timezone.localdate())
    return replace(
        terms.speaks,
        part=facts["part"],
        competes=competes(facts["part"]),
        country=facts["customer_country"],
        industry=facts.get("customer_industry", ""),
        employees=facts.get("customer_employees", ""),
        families=tuple(sorted(set(facts.get("families", ())))),
        value=None if worth is None else f"{worth:.2f}",
        stated=f"{value:.2f}",
        stated_in=currency,
        answers=stated_answers(facts.get("answers", {})),
        has_contact=facts["has_contact"],
    )


def converted(vendor_id: int, currency: str, value: Decimal, day: date) -> Decimal | None:
    """Return a value in the vendor's currency at the rate of a day, None where none is known. One query."""
    with connection.cursor() as cursor:
        cursor.execute(RATE, [vendor_id, currency, day])
        found = cursor.fetchone()
    return None if found is None or found[0] is None else round(value * found[0], 2)


def facts_now(deal: Deal, *, days: int | None, taken: bool) -> Facts:
    """Return what a waiting deal is judged by now, in the caller's transaction.

    days: of the limit on resubmissions. Locks the account against registrations: those that are just being written
    refer to it, so that after this lock the line is complete, and nobody who came earlier is passed unseen.
    """
    list(Account.objects.select_for_update().filter(pk=deal.account_id).order_by("pk").values_list("pk"))
    line = line_for(deal)
    facts = facts_of([deal.pk], days)[deal.pk]
    # While somebody's appeal about the customer runs, it is as if it were held: nobody else is protected.
    held = line.holder is not None or appeal_beside(deal) is not None
    return replace(facts, earlier=len(line.before(deal)), holder=held, taken=taken)


def facts_then(deals: Collection[int], days: int | None) -> dict[int, Facts]:
    """Return what past deals would have been judged by when they came in, as far as their rows tell. Two queries.

    The partner's tier and certificates are today's.
    """
    facts = facts_of(deals, days)
    with connection.cursor() as cursor:
        cursor.execute(IN_LINE, {"deals": list(deals)})
        lines = {pk: (earlier, held) for pk, earlier, held in cursor.fetchall()}
    return {
        pk: replace(found, earlier=lines[pk][0], holder=lines[pk][1] > 0, lost=False, asked=False)
        for pk, found in facts.items()
    }


def facts_of(deals: Collection[int], days: int | None) -> dict[int, Facts]:
    """Return what deals state and what is known of their partners and customers, without the line. One query."""
    values: dict[str, Any] = {"deals": list(deals), "days": days or NO_LIMIT_DAYS, "today": timezone.localdate()}
    with connection.cursor() as cursor:
        cursor.execute(FACTS, values)
        rows = cursor.fetchall()
    return {row[0]: _facts(row) for row in rows}


def _facts(row: Any) -> Facts:
    _pk, part, country, industry, employees, account, origin, link, outcome = row[:9]
    value, stated_in, currency, worth, families, alike, again, asked, has_files = row[9:18]
    typed, answers, standing = row[18:26], row[26], row[27:]
    empty = [str(name) for name, text in zip(EMPTY_BY_NAME, typed, strict=True) if not text]
    return Facts(
        part=part,
        competes=competes(part),
        country=country,
        industry=industry,
        employees=employees,
        account=account,
        families=tuple(families),
        value=None if worth is None else f"{worth:.2f}",
        currency=currency,
        stated=f"{value:.2f}",
        stated_in=stated_in,
        answers=stated_answers(json.loads(answers) if isinstance(answers, str) else answers),
        empty=tuple(empty if has_files else [*empty, str(Askable.FILES)]),
        has_contact=bool(row[23] or row[24]),
        link=link,
        origin=origin,
        alike=alike,
        lost=outcome == Outcome.LOST,
        again=again,
        asked=asked,
        **partner_facts(*standing),
    )
