"""Writes to what the pages themselves keep: saved views of lists."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Seat
from portal.models import SavedView
from portal.viewing import page_for, plain_query
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_VIEWS = 20
LONGEST_NAME = 40
UNDO_FOR = timedelta(days=1)


@transaction.atomic
def save_view(*, actor: Actor, page: str, name: str, query: str) -> SavedView:
    """Keep a list's filter under a name, for the actor's seat.

    Args:
        page: the list's address by name. query: its query string.

    Raises:
        Http404: no such list on the actor's side. RuleViolation: no name, one that is taken, no filter, or 20 views.
    """
    seat_id, kept = _locked(actor), plain_query(query)
    if page_for(actor, page) is None:
        raise Http404
    if not kept:
        raise RuleViolation("nothing_filtered", _("Narrow the list first: a view keeps a filter."), "query")
    mine = SavedView.objects.visible_to(actor).filter(page=page)
    mine.filter(deleted_at__lt=timezone.now() - UNDO_FOR).delete()
    if mine.kept().count() >= MOST_VIEWS:
        raise RuleViolation("too_many_views", _("You keep 20 views of this list. Delete one first."), "name")
    view = SavedView(seat_id=seat_id, page=page, name=_checked_name(actor, page, name), query=kept)
    view.save()
    return view


@transaction.atomic
def rename_view(*, actor: Actor, view: SavedView, name: str) -> SavedView:
    """Give a view another name.

    Raises:
        Http404: not the actor's. RuleViolation: no name, or one that is taken.
    """
    fresh = _own(actor, view)
    fresh.name = _checked_name(actor, fresh.page, name, but=fresh)
    fresh.save(update_fields=["name"])
    return fresh


@transaction.atomic
def choose_start_view(*, actor: Actor, view: SavedView, is_start: bool) -> SavedView:
    """Make a view the one that its list opens with, or no longer; at most one is.

    Raises:
        Http404: not the actor's.
    """
    fresh = _own(actor, view)
    SavedView.objects.visible_to(actor).filter(page=fresh.page, is_start=True).update(is_start=False)
    fresh.is_start = is_start
    fresh.save(update_fields=["is_start"])
    return fresh


@transaction.atomic
def delete_view(*, actor: Actor, view: SavedView) -> SavedView:
    """Delete a view; for a day it can be had back.

    Raises:
        Http404: not the actor's.
    """
    fresh = _own(actor, view)
    fresh.deleted_at = timezone.now()
    fresh.save(update_fields=["deleted_at"])
    return fresh


@transaction.atomic
def restore_view(*, actor: Actor, view: SavedView) -> SavedView:
    """Take back a view that was deleted. Restoring twice is harmless.

    Raises:
        Http404: not the actor's, or gone for good. RuleViolation: its name was given to another meanwhile.
    """
    _locked(actor)
    fresh: SavedView | None = SavedView.objects.visible_to(actor).filter(pk=view.pk).first()
    if fresh is None:
        raise Http404
    if fresh.deleted_at is not None:
        _checked_name(actor, fresh.page, fresh.name)
        others = SavedView.objects.visible_to(actor).kept().filter(page=fresh.page, is_start=True)
        fresh.is_start = fresh.is_start and not others.exists()
        fresh.deleted_at = None
        fresh.save(update_fields=["deleted_at", "is_start"])
    return fresh


def _locked(actor: Actor) -> int:
    """Lock the actor's seat, so that two windows don't both pass a check; returns its id."""
    seat = Seat.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=actor.seat_id).first()
    if seat is None:
        raise Http404
    return seat.pk


def _own(actor: Actor, view: SavedView) -> SavedView:
    _locked(actor)
    fresh: SavedView | None = SavedView.objects.visible_to(actor).kept().filter(pk=view.pk).first()
    if fresh is None:
        raise Http404
    return fresh


def _checked_name(actor: Actor, page: str, name: str, but: SavedView | None = None) -> str:
    plain = " ".join(name.replace("\x00", "").split())
    if not plain:
        raise RuleViolation("name_missing", _("Give the view a name."), "name")
    if len(plain) > LONGEST_NAME:
        raise RuleViolation("name_too_long", _("At most 40 characters."), "name")
    others = SavedView.objects.visible_to(actor).kept().filter(page=page, name__iexact=plain)
    if others.exclude(pk=but.pk if but else None).exists():
        raise RuleViolation("name_taken", _("You have a view of that name. Choose another."), "name")
    return plain
