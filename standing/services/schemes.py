"""Writing a program's scheme: drafts, publishing, and bringing a version into force."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.enums import PartnerType
from partners.models import Program
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move
from standing import events
from standing.enums import SchemeState
from standing.models import Benefit, Scheme, Tier
from standing.permissions import EDIT_SCHEMES
from standing.scheme import check, parse
from standing.workflow import SCHEME

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LONGEST_PAST = timedelta(days=3 * 366)


@transaction.atomic
def make_scheme(*, actor: Actor, program: Program, partner_type: str, name: str, definition: dict[str, Any]) -> Scheme:
    """Begin a version as a draft; a draft may be wrong, publishing checks it. Records `scheme.made`.

    Raises:
        Forbidden: the right is missing. Http404: the program is out of sight.
        RuleViolation: no such partner type, no name.
    """
    _may(actor)
    # The program's row is the lock under which numbers are given.
    program = locked(program, actor)
    if partner_type and partner_type not in PartnerType.values:
        raise RuleViolation("unknown_type", _("There is no such type of partner."), "partner_type")
    if not name.strip():
        raise RuleViolation("required", _("Give it a name."), "name")
    before = Scheme.objects.filter(program=program, partner_type=partner_type).aggregate(last=Max("number"))
    scheme = Scheme.objects.create(
        vendor_id=program.vendor_id,
        program=program,
        partner_type=partner_type,
        number=(before["last"] or 0) + 1,
        name=name.strip()[:120],
        definition=definition,
    )
    keep_visible(scheme, actor)
    record(events.SCHEME_MADE, actor=actor, subject=scheme, data=_words(scheme))
    return scheme


@transaction.atomic
def change_scheme(*, actor: Actor, scheme: Scheme, definition: dict[str, Any], revision: int, name: str = "") -> Scheme:
    """Change a draft. It must be readable as a scheme, though it may still be unable to work. Records `scheme.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile, or it was published.
        SchemeRefused: it isn't a scheme.
    """
    fresh = _draft(actor, scheme, revision)
    parse(definition)
    before = {"name": fresh.name, "definition": fresh.definition}
    fresh.definition, fresh.name = definition, (name.strip() or fresh.name)[:120]
    after = {"name": fresh.name, "definition": fresh.definition}
    if before == after:
        return fresh
    fresh.revision += 1
    fresh.save(update_fields=["definition", "name", "revision", "updated_at"])
    record(events.SCHEME_CHANGED, actor=actor, subject=fresh, before=before, after=after, data=_words(fresh))
    return fresh


@transaction.atomic
def publish_scheme(
    *, actor: Actor, scheme: Scheme, valid_from: date | None, revision: int, counts_from: date | None = None
) -> Scheme:
    """Publish a draft: from a day on it is in force, until a later version is. Records `scheme.published`.

    Where the day has come already, it comes into force at once (`activate_scheme`). counts_from: only the first version
    of a ladder may count what happened before it.

    Raises:
        Http404, Forbidden, Conflict: as `change_scheme`. SchemeRefused: it can't work, with every reason.
        RuleViolation: no day, a day in the past, one that another version has, counting from later or too long ago.
    """
    fresh = _draft(actor, scheme, revision)
    check(parse(fresh.definition))
    _check_days(fresh, valid_from, counts_from)
    moved: Scheme = move(
        SCHEME,
        "publish",
        row=fresh,
        actor=actor,
        facts={"valid_from": valid_from},
        changes={
            "valid_from": valid_from,
            "counts_from": counts_from,
            "published_at": timezone.now(),
            "published_by_id": actor.person_id,
        },
        data={**_words(fresh), "from": str(valid_from)},
    )
    activate_scheme(actor=actor, scheme=moved)
    return moved


def _check_days(scheme: Scheme, valid_from: date | None, counts_from: date | None) -> None:
    today = scheme.vendor.today()
    if valid_from is None:
        raise RuleViolation("required", _("From when is it in force?"), "valid_from")
    if valid_from < today:
        raise RuleViolation(
            "in_the_past", _("A scheme can’t come into force in the past: choose today or a later day."), "valid_from"
        )
    others = Scheme.objects.published().filter(program_id=scheme.program_id, partner_type=scheme.partner_type)
    if (same := others.filter(valid_from=valid_from).first()) is not None:
        words = _("Version %(number)d comes into force on that day too: two can’t. Choose another day.")
        raise RuleViolation("overlapping", words % {"number": same.number}, "valid_from")
    if counts_from is None:
        return
    if others.exists():
        words = _("Only a ladder’s first version may count what was before: later ones begin where the last one ends.")
        raise RuleViolation("not_first", words, "counts_from")
    if not valid_from - LONGEST_PAST <= counts_from <= valid_from:
        words = _("It can count from at most three years before it comes into force, and not from later.")
        raise RuleViolation("counts_from", words, "counts_from")


@transaction.atomic
def withdraw_scheme(*, actor: Actor, scheme: Scheme) -> Scheme:
    """Take back a version whose day hasn't come; it is a draft again. Records `scheme.withdrawn`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: it is in force, or was.
    """
    fresh: Scheme = locked(scheme, actor)
    if fresh.is_current:
        raise RuleViolation("in_force", _("It is in force: people rely on it. Publish a later version instead."))
    cleared = {"valid_from": None, "counts_from": None, "published_at": None, "published_by_id": None}
    moved: Scheme = move(SCHEME, "withdraw", row=fresh, actor=actor, changes=cleared, data=_words(fresh))
    return moved


@transaction.atomic
def discard_scheme(*, actor: Actor, scheme: Scheme) -> Scheme:
    """Put a draft away. Records `scheme.discarded`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    moved: Scheme = move(SCHEME, "discard", row=scheme, actor=actor, data=_words(scheme))
    return moved


# -- Coming into force


@transaction.atomic
def activate_scheme(*, actor: Actor, scheme: Scheme) -> bool:
    """Write a version's tiers and benefits where others read them, once its day has come; returns whether it did.

    Tiers keep their row as long as their slug stays. Records `scheme.activated`.
    """
    fresh = Scheme.objects.visible_to(actor).select_for_update().filter(pk=scheme.pk).first()
    if fresh is None or fresh.activated_at is not None or not fresh.is_current:
        return False
    newest = Scheme.objects.in_force(fresh.vendor.today()).filter(
        program_id=fresh.program_id, partner_type=fresh.partner_type
    )
    if newest.filter(pk=fresh.pk).exists():
        _write_ladder(fresh)
    fresh.activated_at = timezone.now()
    fresh.save(update_fields=["activated_at"])
    record(events.SCHEME_ACTIVATED, actor=actor, subject=fresh, data=_words(fresh))
    return True


def _write_ladder(scheme: Scheme) -> None:
    ladder = Tier.objects.filter(program_id=scheme.program_id, partner_type=scheme.partner_type)
    known = {tier.slug: tier for tier in ladder}
    gone = [tier.pk for slug, tier in known.items() if slug not in {each.slug for each in scheme.shape.tiers}]
    Tier.objects.filter(pk__in=gone).update(rank=None)
    for rank, shape in enumerate(scheme.shape.tiers, 1):
        tier = known.get(shape.slug) or Tier(
            vendor_id=scheme.vendor_id,
            program_id=scheme.program_id,
            partner_type=scheme.partner_type,
            slug=shape.slug,
        )
        tier.name, tier.rank, tier.summary = shape.name, rank, shape.summary
        tier.save()
        tier.benefits.all().delete()
        Benefit.objects.bulk_create(
            Benefit(vendor_id=scheme.vendor_id, tier=tier, kind=each.kind, value=each.value, text=each.text)
            for each in shape.brings
        )


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_SCHEMES):
        raise Forbidden("not_allowed", _("Your role doesn’t set up tiers."))


def _draft(actor: Actor, scheme: Scheme, revision: int) -> Scheme:
    fresh: Scheme = locked(scheme, actor)
    _may(actor)
    if fresh.state != SchemeState.DRAFT:
        raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=fresh)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this draft while you were at it."), fresh=fresh)
    return fresh


def _words(scheme: Scheme) -> dict[str, Any]:
    return {"name": scheme.name, "number": scheme.number}
