"""People as whoever runs the installation may change them: closed, opened again, freed of a lost second step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.events import PERSON_DISABLED, PERSON_ENABLED
from partners.models import AccessToken
from people.models import Person, Session
from people.security import note_change
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from django.http import HttpRequest

    from prm.kernel.actors import Actor


@transaction.atomic
def disable_person(*, actor: Actor, person: Person) -> Person:
    """Close a person's account at once: sessions are deleted and tokens revoked, in this transaction. Seats stay.

    Doing it twice is harmless.

    Raises:
        Forbidden: not the operator. RuleViolation: oneself.
    """
    fresh = _locked(actor, person)
    if fresh.pk == actor.person_id:
        raise RuleViolation("oneself", _("You can't close your own account. Ask another operator."))
    sessions: int = Session.objects.filter(person=fresh).delete()[0]
    live = AccessToken.objects.filter(seat__person=fresh, revoked_at=None)
    tokens: int = live.update(revoked_at=timezone.now())
    if fresh.is_active:
        fresh.is_active = False
        fresh.save(update_fields=["is_active"])
        record(PERSON_DISABLED, actor=actor, subject=fresh, data={"sessions": sessions, "tokens": tokens})
    return fresh


@transaction.atomic
def enable_person(*, actor: Actor, person: Person) -> Person:
    """Let a person sign in again. Sessions and tokens that ended stay ended. Doing it twice is harmless.

    Raises:
        Forbidden: not the operator.
    """
    fresh = _locked(actor, person)
    if not fresh.is_active:
        fresh.is_active = True
        fresh.save(update_fields=["is_active"])
        record(PERSON_ENABLED, actor=actor, subject=fresh)
    return fresh


@transaction.atomic
def remove_second_step(*, actor: Actor, person: Person, request: HttpRequest) -> Person:
    """Remove a person's app, passkeys and recovery codes, all lost; ends sessions; the person is mailed.

    The password, or a link by mail, opens the account from then on: the operator makes sure first who asks.

    Raises:
        Forbidden: not the operator. RuleViolation: there is none, or oneself.
    """
    fresh = _locked(actor, person)
    if fresh.pk == actor.person_id:
        raise RuleViolation("oneself", _("Remove your own on your security page."))
    if not Authenticator.objects.filter(user=fresh).delete()[0]:
        raise RuleViolation("no_second_step", _("This person has no second step."))
    Session.objects.filter(person=fresh).delete()
    note_change("steps_removed", person=fresh, request=request)
    return fresh


def _locked(actor: Actor, person: Person) -> Person:
    if not actor.is_operator:
        raise Forbidden("not_allowed", _("Only whoever runs this installation may do this."))
    fresh: Person = Person.objects.select_for_update().get(pk=person.pk)
    return fresh
