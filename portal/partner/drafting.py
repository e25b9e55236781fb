"""Drafts of registrations: what was typed and attached so far, and the checks that speak while one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identities import Identity
from accounts.matching import Band, compare
from accounts.naming import normalise_name
from accounts.resolving import find_candidates
from dealreg import services
from dealreg.models import Deal, DealDraft
from dealreg.own_fields import CONTROL
from dealreg.registrations import customer_of
from prm.kernel.errors import RuleViolation, TooMany

if TYPE_CHECKING:
    import uuid

    from django.core.files.uploadedfile import UploadedFile

    from accounts.matching import Bands
    from prm.kernel.actors import Actor

NOT_KEPT = frozenset({"csrfmiddlewaretoken", "submission", "draft_revision", "save", "choose", "more", "files"})
CHECKS_A_MINUTE = 30
SHOWN_DUPLICATES = 3
MOST_COMPARED = 20
CUSTOMER_FIELDS = ("customer_name", "customer_domain", "customer_country")


def raw_text(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed, field by field, for the draft; a list where several were ticked. No NUL: it is JSON."""
    typed = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT and values}
    tidy = {name: [str(value).replace("\x00", "") for value in values] for name, values in typed.items()}
    return {name: values if len(values) > 1 else values[0] for name, values in tidy.items()}


def revision_in(data: Mapping[str, Any]) -> int | None:
    """Return the draft's revision that the form last saw; None where it saw none."""
    text = str(data.get("draft_revision", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def own_draft(actor: Actor, submission: uuid.UUID) -> DealDraft | None:
    """Return the actor's draft of that number, with its files."""
    return DealDraft.objects.visible_to(actor).prefetch_related("files").filter(submission=submission).first()


def own_deal(actor: Actor, submission: uuid.UUID) -> Deal | None:
    """Return the deal that this attempt has become already."""
    return Deal.objects.visible_to(actor).filter(submission=submission).first()


def uploads_in(request: HttpRequest) -> list[tuple[str, UploadedFile]]:
    """Return the uploads, each with the form's field that it was chosen in."""
    names = [name for name in request.FILES if name == "files" or name.startswith(CONTROL)]
    return [(name, upload) for name in names for upload in request.FILES.getlist(name)]


def attach(actor: Actor, draft: DealDraft, uploads: Sequence[tuple[str, UploadedFile]]) -> list[RuleViolation]:
    """Keep uploads on the draft; returns the refusals of those that can't be taken, each with its field."""
    refused = []
    for name, upload in uploads:
        field = "" if name == "files" else name.removeprefix(CONTROL).replace("_", "-")[:50]
        try:
            services.add_file(actor=actor, upload=upload, draft=draft, field=field)
        except RuleViolation as violation:
            refused.append(RuleViolation(violation.code, violation.message, name))
    return refused


def count_check(actor: Actor) -> None:
    """Count a customer check of the person.

    Raises:
        TooMany: over 30 in this minute. The check must not serve to try out names.
    """
    now = timezone.now()
    key = f"deal-check:{actor.person_id}:{now:%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > CHECKS_A_MINUTE:
        raise TooMany(
            "too_many_checks",
            _("That was a lot of checks in a minute. Go on typing; the approver checks again."),
            60 - now.second,
        )


def own_duplicates(actor: Actor, vendor_id: int | None, typed: Mapping[str, Any]) -> list[Deal]:
    """Return the partner's own deals in line or protected for what looks like the same customer; never anyone else's.

    Two queries, none before there is a name to look for.
    """
    name, domain, country = (str(typed.get(field) or "").strip()[:200] for field in CUSTOMER_FIELDS)
    if vendor_id is None or len(normalise_name(name)) < 3:
        return []
    asked = Identity(name=name, country=country[:2], domain=domain)
    candidates = find_candidates(vendor_id, asked)
    if not candidates:
        return []
    accounts, bands = [found.account_id for found in candidates], candidates[0].bands
    mine = Deal.objects.visible_to(actor).filter(vendor_id=vendor_id, account_id__in=accounts).contending()
    near = [deal for deal in mine.order_by("-submitted_at", "-pk")[:MOST_COMPARED] if _alike(asked, deal, bands)]
    return near[:SHOWN_DUPLICATES]


def _alike(asked: Identity, deal: Deal, bands: Bands) -> bool:
    # The vendor's account may bear a rival's spelling: only what this partner typed itself may answer.
    return compare(asked, customer_of(deal), bands).band is not Band.DIFFERENT
