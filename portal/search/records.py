"""Deals, partners, accounts and people that fit what was typed: each through the actor's sight, on an index.

Two letters are looked up as the beginning of a name (ordered indexes over ``upper(name)``); from three letters on,
words in the middle are found too (trigram indexes). Accounts have no trigram index, so that imports stay quick: besides
by their beginning and domain they are found by their deals and by their match keys, which forgive misspelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Collate, Upper
from django.urls import reverse

from accounts.candidate_keys import match_keys
from accounts.identities import Identity
from accounts.models import Account, MatchKey
from accounts.permissions import VIEW_ACCOUNTS
from activity.permissions import USE_CONSOLE
from dealreg.enums import Outcome, Status
from dealreg.models import Deal
from dealreg.permissions import SEE_DESK, VIEW_DEALS
from partners.models import Partner, Seat
from partners.permissions import MANAGE_TEAM, VIEW_PARTNERS, VIEW_TEAM
from portal.search.hits import PER_GROUP, Fit, Hit, fit_of
from prm.kernel.actors import Actor, Role

REFERENCE = re.compile(r"[A-Z]{2,4}-[0-9A-Z]{0,4}(-[0-9A-Z]{0,4})?")
LAST = "\U0010ffff"
"""Sorts behind every letter, so that "NO" to "NO" + LAST is all that begins with NO."""
MIDDLE_FROM = 3
MOST_READ = 40
MOST_KEYED = 20


def beginning(rows: QuerySet[Any], field: str, asked: str) -> QuerySet[Any]:
    """Return the rows whose field begins with what was typed, whatever its case, by name: one walk along an index."""
    plain = Collate(Upper(F(field)), "C")
    first, last = (Collate(Upper(Value(text)), "C") for text in (asked, asked + LAST))
    return rows.alias(plain=plain).filter(plain__gte=first, plain__lt=last).order_by("plain", "pk")


def holding(rows: QuerySet[Any], field: str, asked: str) -> QuerySet[Any]:
    """Return the rows whose field holds every word that was typed."""
    for word in asked.split():
        rows = rows.filter(**{f"{field}__icontains": word})
    return rows


def found_by_name(rows: QuerySet[Any], field: str, asked: str) -> list[Any]:
    """Return rows by the beginning of a name and, where that leaves room, by words in it. At most two queries."""
    found = list(beginning(rows, field, asked)[:PER_GROUP])
    if len(found) < PER_GROUP and max((len(word) for word in asked.split()), default=0) >= MIDDLE_FROM:
        found += list(holding(rows, field, asked)[:MOST_READ])
    return found


# -- deals


def find_deals(actor: Actor, asked: str) -> list[Deal]:
    """Return deals by reference, or by customer. At most two queries."""
    if not actor.may(VIEW_DEALS) or (actor.is_vendor and not actor.may(SEE_DESK)):
        return []
    rows = Deal.objects.visible_to(actor).select_related("partner", "vendor")
    rows = rows.only(
        "reference", "customer_name", "title", "status", "outcome", "account_id", "partner__name", "vendor__name"
    )
    text = asked.upper()
    if REFERENCE.fullmatch(text):
        return list(rows.filter(reference__gte=text, reference__lt=text + LAST).order_by("reference")[:PER_GROUP])
    return found_by_name(rows, "customer_name", asked)


def deal_hits(actor: Actor, deals: Sequence[Deal], asked: str) -> Iterator[Hit]:
    """Yield deals as hits, with the other side's name and where the deal stands."""
    for deal in deals:
        closed = deal.outcome != Outcome.OPEN
        state = Outcome(deal.outcome).label if closed else Status(deal.status).label
        side = deal.partner.name if actor.is_vendor else deal.vendor.name
        fit = Fit.SAME if deal.reference == asked.upper() else fit_of(deal.customer_name, asked) or Fit.HOLDS
        if deal.reference.startswith(asked.upper()) and fit is not Fit.SAME:
            fit = Fit.BEGINS
        yield Hit(
            deal.customer_name,
            deal.get_desk_url() if actor.is_vendor else deal.get_absolute_url(),
            "deal",
            f"{deal.reference} · {side} · {state}",
            fit,
        )


# -- partners, accounts


def partner_hits(actor: Actor, asked: str) -> Iterator[Hit]:
    """Yield the vendor's partners. One query over its partners, thousands at most."""
    if not (actor.is_vendor and actor.may(VIEW_PARTNERS)):
        return
    rows = holding(Partner.objects.visible_to(actor), "name", asked).order_by("name", "pk")
    for partner in rows.only("name", "slug", "city", "country")[:MOST_READ]:
        note = ", ".join(part for part in (partner.city, str(partner.country.name)) if part)
        yield Hit(partner.name, partner.get_absolute_url(), "building", note, fit_of(partner.name, asked) or Fit.HOLDS)


def account_hits(actor: Actor, found_deals: Sequence[Deal], asked: str) -> Iterator[Hit]:
    """Yield the vendor's end customers; partners see none. At most three queries.

    They lead to the console where the seat may use it, else to the account's deals.
    """
    if not (actor.is_vendor and actor.may(VIEW_ACCOUNTS)):
        return
    rows = Account.objects.visible_to(actor).standing().only("name", "domain", "city", "country")
    found = list(beginning(rows, "name", asked)[:PER_GROUP])
    if len(found) < PER_GROUP:
        found += _accounts_otherwise(actor, rows, found_deals, asked)
    console = actor.may(USE_CONSOLE)
    for account in found:
        fit = fit_of(account.name, asked) or (Fit.BEGINS if account.domain.startswith(asked.lower()) else Fit.ALIKE)
        deals = f"{reverse('desk:deal-list')}?{urlencode({'q': account.name})}"
        url = reverse("admin:accounts_account_change", args=[account.pk]) if console else deals
        note = ", ".join(part for part in (account.domain, account.city, str(account.country.name)) if part)
        yield Hit(
            account.name, url or f"{reverse('desk:deal-list')}?{urlencode({'q': account.name})}", "globe", note, fit
        )


def _accounts_otherwise(actor: Actor, rows: QuerySet[Account], deals: Sequence[Deal], asked: str) -> list[Account]:
    wanted = {deal.account_id for deal in deals}
    keys = match_keys(Identity(name=asked, domain=asked if "." in asked else ""))
    if keys and len(asked) >= MIDDLE_FROM:
        keyed = MatchKey.objects.visible_to(actor).filter(key__in=sorted(keys)).values_list("account_id", flat=True)
        wanted |= set(keyed[:MOST_KEYED])
    by_domain = Q(domain__gte=asked.lower(), domain__lt=asked.lower() + LAST)
    return list(rows.filter(Q(pk__in=wanted) | by_domain if wanted else by_domain).order_by("pk")[:MOST_READ])


# -- people


def people_hits(actor: Actor, asked: str) -> Iterator[Hit]:
    """Yield the own team and, at a vendor, the people of its partners. One query."""
    if not actor.may(VIEW_TEAM if actor.is_partner else VIEW_PARTNERS):
        return
    seats = Seat.objects.visible_to(actor).active().select_related("person", "partner")
    named = Q(person__email__iexact=asked) if "@" in asked else _all_words("person__name", asked)
    rows = seats.filter(named).exclude(person_id=actor.person_id).order_by("person__name", "pk")
    for seat in rows[:MOST_READ]:
        url = _seat_url(actor, seat)
        if url:
            where = seat.partner.name if seat.partner and actor.is_vendor else ""
            note = " · ".join(part for part in (where, str(Role(seat.role).label)) if part)
            yield Hit(seat.person.name, url, "user", note, fit_of(seat.person.name, asked) or Fit.SAME)


def _all_words(field: str, asked: str) -> Q:
    return Q(*(Q(**{f"{field}__icontains": word}) for word in asked.split()))


def _seat_url(actor: Actor, seat: Seat) -> str:
    if actor.is_partner:
        return reverse("portal:seat", args=[seat.pk]) if actor.may(MANAGE_TEAM) else reverse("portal:team")
    if seat.partner is not None:
        return seat.partner.get_absolute_url()
    return reverse("admin:partners_seat_change", args=[seat.pk]) if actor.may(USE_CONSOLE) else ""
