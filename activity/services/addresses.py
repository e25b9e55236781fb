"""Addresses that mails came back from, and test mails."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.mailing.letters import Letter
from activity.mailing.queueing import queue_letter
from activity.models import Mail, Suppression
from activity.nudge import nudge_workers
from people.models import Person
from prm.kernel.actors import BY_HAND
from prm.kernel.errors import Conflict, Forbidden, TooMany

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

SALT = "activity.address"
LINK_AGE_SECONDS = 3 * 86400
TESTS_AN_HOUR = 10


@transaction.atomic
def lift_suppression(*, actor: Actor, suppression: Suppression) -> Suppression:
    """Send mails to an address again; the row stays as history.

    Raises:
        Forbidden: the actor doesn't run this installation. Conflict: it was lifted already.
    """
    if not actor.is_operator:
        raise Forbidden("not_allowed", _("Only who runs this installation lifts this."))
    found = Suppression.objects.visible_to(actor).standing().filter(pk=suppression.pk)
    if not found.update(lifted_at=timezone.now(), lifted_by_id=actor.person_id):
        raise Conflict("lifted", _("Mails go to this address again already."))
    suppression.refresh_from_db()
    return suppression


def address_token(person: Person) -> str:
    """Return what a mail's link says, by which a person shows that its address works: for three days."""
    return signing.dumps([person.pk, person.email.lower()], salt=SALT)


@transaction.atomic
def confirm_address(*, token: str) -> bool:
    """Send mails to an address again, because its person opened a link that was mailed there. Needs no sign-in.

    Returns whether the link is one of ours, not too old, and still names the person's address.
    """
    try:
        person_id, address = signing.loads(token, salt=SALT, max_age=LINK_AGE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    if not Person.objects.filter(pk=person_id, email__iexact=address).exists():
        return False
    lift_for(address)
    return True


def lift_for(address: str) -> None:
    """Send mails to an address again, which has just proved that it works."""
    Suppression.objects.standing().filter(address=address.lower()).update(lifted_at=timezone.now())


@transaction.atomic
def send_test_mail(*, actor: Actor, letter: Letter, template: str) -> Mail:
    """Queue a letter to the actor itself; `template` says what kind of test it is.

    Raises:
        Forbidden: nobody is signed in, or asked for with a token. TooMany: ten in the last hour.
    """
    if actor.person_id is None or actor.via not in BY_HAND:
        raise Forbidden("not_allowed", _("Sign in to send a test to yourself."))
    person = Person.objects.select_for_update().get(pk=actor.person_id)
    tests = Mail.objects.filter(person=person, event=None, slot=None, template=template)
    if tests.filter(created_at__gt=timezone.now() - timedelta(hours=1)).count() >= TESTS_AN_HOUR:
        raise TooMany("too_many_tests", _("That was ten in an hour. Wait a little, then send the next."), 3600)
    mail = queue_letter(person=person, letter=letter, template=template)
    transaction.on_commit(nudge_workers)
    return mail
