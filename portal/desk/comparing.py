"""A registration beside the account or deal that it may be, with what agrees marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.crm.rules import is_stale
from accounts.naming import fold_text, split_name
from accounts.places import phone_digits, place_of, plain_postcode, same_street
from accounts.registers import registry_key, vat_key
from dealreg.engagement import fields_in
from dealreg.own_fields import asked_of, told
from dealreg.registrations import customer_of
from portal.formats import day_text
from prm.kernel.domains import registrable_domain
from prm.kernel.money import shown

if TYPE_CHECKING:
    from accounts.identities import Identity
    from accounts.models import Account
    from dealreg.models import Deal, DealLine


@dataclass(frozen=True, slots=True)
class Pair:
    """One row: what both sides say, as HTML, and whether they agree."""

    label: str
    mine: str
    other: str
    same: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """This registration beside another record. `heading` says what the other is, `url` where it is."""

    heading: str
    reference: str
    url: str
    pairs: tuple[Pair, ...]


def spellings(name: str) -> set[str]:
    """Return the core words of a name, and each two neighbours written as one: "vestre havn" is "vestrehavn" too."""
    words = split_name(name)[0]
    return {*words, *(one + two for one, two in pairwise(words))}


def mark_words(text: str, known: set[str]) -> tuple[str, bool]:
    """Return a name with the words underlined that are among `known`, and whether there are any."""
    words = text.split()
    folded = [fold_text(word).replace(" ", "") for word in words]
    same = {at for at, word in enumerate(folded) if word and word in known}
    for at, (one, two) in enumerate(pairwise(folded)):
        if one and two and one + two in known:
            same |= {at, at + 1}
    pieces = ((format_html("<mark>{}</mark>", word) if at in same else word,) for at, word in enumerate(words))
    return format_html_join(" ", "{}", pieces), bool(same)


def names(mine: str, other: str) -> Pair:
    """Compare two customers' names; legal forms don't count."""
    left, same = mark_words(mine, spellings(other))
    right, also = mark_words(other, spellings(mine))
    return Pair(_("Customer"), left, right, same or also)


def domains(mine: str, other: str) -> Pair:
    """Compare two websites by the domain that was registered."""
    left, right = registrable_domain(mine), registrable_domain(other)
    same = bool(left) and left == right
    return Pair(_("Website"), _mark_part(mine, left if same else ""), _mark_part(other, right if same else ""), same)


def _mark_part(text: str, part: str) -> str:
    head, found, tail = text.partition(part) if part else (text, "", "")
    if not found:
        return conditional_escape(text or _("Not stated"))
    return format_html("{}<mark>{}</mark>{}", head, found, tail)


def plain(label: str, mine: Any, other: Any) -> Pair:
    """Compare two values that agree when they are equal."""
    left, right = str(mine or ""), str(other or "")
    same = bool(left) and left.casefold() == right.casefold()
    if same:
        return Pair(label, format_html("<mark>{}</mark>", left), format_html("<mark>{}</mark>", right), same)
    return Pair(label, conditional_escape(left or "–"), conditional_escape(right or "–"))


def company(mine: Identity, other: Identity) -> Iterator[Pair]:
    """Compare address, phone and numbers, as far as one side says them; they agree as the matcher compares them."""
    yield from _stated(_("Address"), _address(mine), _address(other), same=_same_address(mine, other))
    phones = phone_digits(mine.phone), phone_digits(other.phone)
    yield from _stated(_("Phone"), mine.phone, other.phone, same=bool(phones[0]) and phones[0] == phones[1])
    for label, key, left, right in (
        (_("Registry number"), registry_key, mine.registry_number, other.registry_number),
        (_("VAT number"), vat_key, mine.vat, other.vat),
    ):
        near = mine.country or other.country
        keys = key(left, mine.country or near), key(right, other.country or near)
        yield from _stated(label, left, right, same=bool(keys[0]) and keys[0] == keys[1])


def _stated(label: str, mine: str, other: str, *, same: bool) -> Iterator[Pair]:
    if not (mine or other):
        return
    text = "<mark>{}</mark>" if same else "{}"
    yield Pair(label, format_html(text, mine or "–"), format_html(text, other or "–"), same)


def _address(customer: Identity) -> str:
    return ", ".join(part for part in (customer.address, customer.postcode) if part)


def _same_address(mine: Identity, other: Identity) -> bool:
    ours, theirs = place_of(mine.address), place_of(other.address)
    if ours is None or theirs is None:
        return bool(mine.postcode) and plain_postcode(mine.postcode) == plain_postcode(other.postcode)
    return bool(ours.number) and ours.number == theirs.number and same_street(ours, theirs)


def country(row: Any, column: str) -> str:
    """Return the name of the country in a row's column."""
    return str(getattr(row, column).name)


def with_account(deal: Deal, account: Account, direct: Sequence[Mapping[str, Any]] = ()) -> Comparison:
    """Set a registration beside an account. direct: what direct sales works on there, as the CRM says."""
    pairs = (
        names(deal.customer_name, account.name),
        domains(deal.customer_domain, account.domain),
        plain(_("Country"), country(deal, "customer_country"), country(account, "country")),
        plain(_("Town"), deal.customer_city, account.city),
        *company(customer_of(deal), account.identity),
        plain(_("Contact"), deal.contact_name or deal.contact_email, ""),
        plain(_("Direct owner"), "", account.owner_name),
        plain(_("Last activity"), "", _activity(account.last_activity_on) if account.last_activity_on else ""),
        *(plain(_("Direct opportunity"), deal.title, _opportunity(each)) for each in direct),
        Pair(_("Since"), day_text(deal.submitted_at), day_text(account.created_at)),
    )
    return Comparison(str(account.get_origin_display()), "", "", pairs)


def two_accounts(one: Account, other: Account, deals: Mapping[int, tuple[int, int]]) -> Comparison:
    """Set two accounts beside each other. deals: how many each has, and how many of them wait or are protected."""
    pairs = (
        names(one.name, other.name),
        domains(one.domain, other.domain),
        plain(_("Country"), country(one, "country"), country(other, "country")),
        plain(_("Town"), one.city, other.city),
        *company(one.identity, other.identity),
        plain(_("Direct owner"), one.owner_name, other.owner_name),
        Pair(_("Last activity"), _last(one), _last(other)),
        Pair(_("Origin"), str(one.get_origin_display()), str(other.get_origin_display())),
        Pair(_("Deals"), _deals(deals.get(one.pk)), _deals(deals.get(other.pk))),
        Pair(_("Since"), day_text(one.created_at), day_text(other.created_at)),
    )
    return Comparison(other.name, "", "", pairs)


def _last(account: Account) -> str:
    return day_text(account.last_activity_on) if account.last_activity_on else "–"


def _deals(figures: tuple[int, int] | None) -> str:
    if figures is None:
        return _("none")
    return _("%(deals)d, of which %(live)d wait or are protected") % {"deals": figures[0], "live": figures[1]}


def _opportunity(found: Mapping[str, Any]) -> str:
    value = shown(Decimal(str(found["value"])), found["currency"]) if found["value"] is not None else ""
    day = date.fromisoformat(found["last_activity_on"]) if found["last_activity_on"] else None
    parts = (found["name"], found["stage"], value, found["owner_name"], _activity(day))
    return ", ".join(part for part in parts if part)


def _activity(day: date | None) -> str:
    if day is None:
        return _("no activity known")
    text = _("last activity on %(day)s") % {"day": day_text(day)}
    return _("%(activity)s, maybe stale") % {"activity": text} if is_stale(day, timezone.localdate()) else text


def with_deal(deal: Deal, other: Deal, products: Sequence[DealLine]) -> Comparison:
    """Set a registration beside the deal that holds protection, or that came before it."""
    heading = _("Protected") if other.is_protected else _("Earlier in line")
    since = day_text(other.submitted_at)
    if other.is_protected and other.protected_until:
        since = _("%(since)s, protected until %(until)s") % {"since": since, "until": day_text(other.protected_until)}
    pairs = (
        names(deal.customer_name, other.customer_name),
        domains(deal.customer_domain, other.customer_domain),
        plain(_("Country"), country(deal, "customer_country"), country(other, "customer_country")),
        plain(_("Town"), deal.customer_city, other.customer_city),
        *company(customer_of(deal), customer_of(other)),
        plain(_("Project"), deal.title, other.title),
        plain(_("Products"), _products(deal, products), _products(other, products)),
        plain(_("Partner, part"), _partner(deal), _partner(other)),
        plain(_("Contact"), deal.contact_name or deal.contact_email, other.contact_name or other.contact_email),
        plain(_("Value"), shown(deal.value, deal.currency), shown(other.value, other.currency)),
        *_answers(deal, other),
        Pair(_("Since"), day_text(deal.submitted_at), since),
    )
    return Comparison(heading, other.reference, other.get_desk_url(), pairs)


def _answers(deal: Any, other: Deal) -> list[Pair]:
    """Set the answers to the program's own fields beside each other."""
    fields = asked_of(fields_in(deal.definition))
    mine = {said.slug: said for said in told(fields, deal.answers, deal.currency)}
    theirs = {said.slug: said for said in told(fields, other.answers, other.currency)}
    both = mine | {slug: said for slug, said in theirs.items() if slug not in mine}
    sides = ((said.label, mine.get(slug), theirs.get(slug)) for slug, said in both.items())
    return [plain(label, left.text if left else "", right.text if right else "") for label, left, right in sides]


def _partner(deal: Deal) -> str:
    return f"{deal.partner.name}, {deal.get_part_display()}"


def _products(deal: Deal, lines: Sequence[DealLine]) -> str:
    return ", ".join(f"{line.product.name}, {line.quantity}" for line in lines if line.deal_id == deal.pk)
