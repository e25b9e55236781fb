"""A partner's own profile: its facts, its domains, its logo and its parent."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from partners.enums import Kinship
from partners.events import PARENT_CHANGED, PARTNER_LOGO_CHANGED, PROFILE_CHANGED
from partners.models import Partner, PartnerDomain, Seat
from partners.permissions import EDIT_PROFILE
from partners.pictures import rebuilt
from partners.profiles import EDITABLE, MOST_DOMAINS, asks_of, label_of
from partners.reports import organisations_of
from prm.kernel.actors import Role
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def change_profile(*, actor: Actor, partner: Partner, changes: Mapping[str, Any], revision: int) -> Partner:
    """Change what a partner says of itself; records `profile.changed` with before and after, for all its vendors.

    A change of nothing records nothing. A domain counts as proven once an administrator has a mail address there.

    Args:
        changes: of `EDITABLE` fields that the kind of partner is asked for; `domains` is a list of texts.
        revision: the one that the form or the API's ETag showed.

    Raises:
        Http404: out of sight. Forbidden: not the partner's administrator. Conflict: changed meanwhile, carries the row.
        RuleViolation: a field that isn't asked for, can't be empty or doesn't hold such a value; `field` names it.
    """
    fresh = _own(actor, partner)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Someone changed the profile while you were typing."), fresh=fresh)
    labels = {ask.name: label_of(ask) for ask in asks_of(fresh.type)}
    needed = {ask.name for ask in asks_of(fresh.type) if ask.needed}
    known = list(PartnerDomain.objects.filter(partner=fresh).order_by("pk"))
    before, after = {}, {}
    for name, given in changes.items():
        if name not in EDITABLE or name not in labels:
            raise RuleViolation("not_asked", _("Partners of your kind aren’t asked for this."), name)
        old = [row.domain for row in known] if name == "domains" else getattr(fresh, name)
        new = _domains(given) if name == "domains" else _cleaned(name, given)
        if new != old:
            before[name], after[name] = _plain(old), _plain(new)
        if new != old and not new and name in needed:
            raise RuleViolation("needed", _("Partners of your kind can’t leave this empty."), name)
    if not after:
        return fresh
    if "domains" in after:
        _write_domains(fresh, known, after["domains"])
    _save(fresh, {name: value for name, value in after.items() if name != "domains"})
    # Domains are rows, not a column: the timeline tells them by a name that no field has.
    told = {"domains": "web_domains"}
    record(
        PROFILE_CHANGED,
        actor=actor,
        subject=fresh,
        before={told.get(name, name): value for name, value in before.items()},
        after={told.get(name, name): value for name, value in after.items()},
        data={"fields": ", ".join(labels[name] for name in after)},
    )
    return fresh


@transaction.atomic
def fill_profile(*, actor: Actor, partner: Partner, values: Mapping[str, Any]) -> list[str]:
    """Fill what is empty in a partner's profile with what it said elsewhere, such as in an application; for workers.

    What is there stays, and so does a gap for which the value isn't one that its field takes. Records
    `profile.changed` where anything was filled; returns the names of the fields.
    """
    fresh: Partner = locked(partner, actor)
    labels = {ask.name: label_of(ask) for ask in asks_of(fresh.type) if ask.name not in {"domains", "logo"}}
    found = {}
    for name in labels:
        if values.get(name) and not getattr(fresh, name):
            with contextlib.suppress(RuleViolation):
                found[name] = _cleaned(name, values[name])
    if not found:
        return []
    _save(fresh, found)
    record(
        PROFILE_CHANGED,
        actor=actor,
        subject=fresh,
        before={name: [] if isinstance(value, list) else "" for name, value in found.items()},
        after={name: _plain(value) for name, value in found.items()},
        data={"fields": ", ".join(str(labels[name]) for name in found)},
    )
    return list(found)


@transaction.atomic
def change_partner_logo(*, actor: Actor, partner: Partner, logo: bytes) -> Partner:
    """Change a partner's logo, or take it away where `logo` is empty; records `profile.logo`.

    The one that is replaced stays where it is: mails and pages that were kept show it.

    Raises:
        Http404: out of sight. Forbidden: not the partner's administrator. RuleViolation: a picture that isn't taken.
    """
    fresh = _own(actor, partner)
    before = fresh.logo.name or ""
    if not logo and not before:
        return fresh
    if logo:
        store_partner_logo(fresh, logo)
    else:
        fresh.logo = ""
    _save(fresh, {"logo": fresh.logo.name or ""})
    record(
        PARTNER_LOGO_CHANGED,
        actor=actor,
        subject=fresh,
        before={"logo": before},
        after={"logo": fresh.logo.name or ""},
    )
    return fresh


def store_partner_logo(partner: Partner, content: bytes) -> None:
    """Keep a picture, put together anew, as a partner's logo; the row is saved by the caller.

    Raises:
        RuleViolation: a picture that isn't taken.
    """
    picture = rebuilt(content)
    partner.logo.save(f"logo.{picture.extension}", ContentFile(picture.content), save=False)


@transaction.atomic
def change_parent(*, actor: Actor, partner: Partner, parent: Partner | None, kinship: str = "") -> Partner:
    """Say to which organisation a partner belongs, and as what; None ends it. Records `profile.parent`.

    Only whoever is an administrator in both may link them: so neither is claimed by a stranger.

    Raises:
        Http404: out of sight. Forbidden: not the partner's administrator. RuleViolation: not an administrator of the
        other one, itself, a circle, or no kinship.
    """
    fresh = _own(actor, partner)
    if parent is not None:
        _check_parent(actor, fresh, parent, kinship)
    kinship = kinship if parent is not None else ""
    if (fresh.parent_id, fresh.kinship) == (parent.pk if parent else None, kinship):
        return fresh
    before = {"parent": fresh.parent_id, "kinship": fresh.kinship}
    _save(fresh, {"parent": parent, "kinship": kinship})
    record(
        PARENT_CHANGED,
        actor=actor,
        subject=fresh,
        before=before,
        after={"parent": fresh.parent_id, "kinship": kinship},
    )
    return fresh


def _own(actor: Actor, partner: Partner) -> Partner:
    fresh: Partner = locked(partner, actor)
    if not actor.may(EDIT_PROFILE):
        raise Forbidden("not_allowed", _("Only the partner’s own administrators change its profile."))
    return fresh


def _save(partner: Partner, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(partner, name, value)
    partner.revision += 1
    partner.save(update_fields=[*values, "revision", "updated_at"])


def _plain(value: Any) -> Any:
    return value if isinstance(value, list) else str(value)


def _cleaned(name: str, given: Any) -> Any:
    """Return a value as its column keeps it: texts trimmed, choices in their own order and once each."""
    field: Any = Partner._meta.get_field(name)
    if isinstance(given, str):
        given = given.strip()
    elif isinstance(given, list | tuple):
        given = [str(part).strip() for part in dict.fromkeys(given) if str(part).strip()]
        order = [value for value, _label in field.base_field.flatchoices]
        given = sorted(given, key=lambda part: order.index(part) if part in order else len(order)) if order else given
    try:
        return field.clean(given, None)
    except ValidationError as refused:
        raise RuleViolation("invalid", " ".join(refused.messages), name) from None


def _domains(given: Iterable[str]) -> list[str]:
    found = []
    for text in given:
        domain = registrable_domain(text)
        if not domain:
            words = _("“%(text)s” is no company’s own domain: mail providers and shared sites don’t count.")
            raise RuleViolation("no_domain", words % {"text": text[:80]}, "domains")
        found.append(domain)
    if len(set(found)) > MOST_DOMAINS:
        raise RuleViolation("too_many_domains", _("At most 20 domains."), "domains")
    return list(dict.fromkeys(found))


def _write_domains(partner: Partner, known: list[PartnerDomain], wanted: list[str]) -> None:
    PartnerDomain.objects.filter(pk__in=[row.pk for row in known if row.domain not in wanted]).delete()
    there = {row.domain for row in known}
    seats = Seat.objects.active().filter(partner=partner, role=Role.ADMINISTRATOR)
    proven = {registrable_domain(email) for email in seats.values_list("person__email", flat=True)}
    PartnerDomain.objects.bulk_create(
        PartnerDomain(partner=partner, domain=domain, is_verified=domain in proven)
        for domain in wanted
        if domain not in there
    )


def _check_parent(actor: Actor, partner: Partner, parent: Partner, kinship: str) -> None:
    if parent.pk not in {other.pk for other in organisations_of(actor)}:
        raise RuleViolation("not_yours", _("Choose an organisation in which you are an administrator, too."), "parent")
    if kinship not in Kinship:
        raise RuleViolation("no_kinship", _("Say how you belong to it."), "kinship")
    seen, above = {partner.pk}, Partner.objects.select_for_update().get(pk=parent.pk)
    while above is not None:
        if above.pk in seen:
            raise RuleViolation("circle", _("That organisation belongs to yours already."), "parent")
        seen.add(above.pk)
        above = above.parent
