"""Writes to people."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from people.events import SIGN_IN_CHANGED
from people.guessing import MAILS
from people.limits import Limit, take
from people.models import EmailChange, Person, Session, validate_zone
from people.reports import handle_of
from people.security import require_own_session
from prm.kernel.errors import Forbidden, RuleViolation, TooMany
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

EMAIL_CHANGES = Limit("email.changes", burst=5, per_hour=5)
LINK_LASTS = timedelta(days=1)


@transaction.atomic
def create_operator(*, email: str, name: str, password: str) -> Person:
    """Make a person who runs the installation: holds no seat, creates vendors, reads no tenant's rows.

    For the command line, where no actor is signed in. A person who is there already becomes operator, with the new
    password, unless it holds a seat.

    Raises:
        RuleViolation: not a mail address, a password that is too weak, or a person with a seat; `field` names it.
    """
    person = add_person(email=email, name=name)
    if person.seats.exists():
        raise RuleViolation("has_seat", _("This person works for a partner or vendor. Use another address."), "email")
    set_first_password(person, password)
    person.is_operator = True
    person.save(update_fields=["is_operator", "password"])
    return person


def add_person(*, email: str, name: str) -> Person:
    """Return the person with a mail address, made without a password where there is none.

    Raises:
        RuleViolation: not a mail address.
    """
    email = checked_address(email)
    found: Person | None = Person.objects.at_address(email).first()
    if found is not None:
        return found
    person = Person(email=email, name=name.strip() or email.partition("@")[0])
    person.set_unusable_password()
    person.save()
    return person


def checked_address(email: str) -> str:
    """Return a mail address without the blanks around it.

    Raises:
        RuleViolation: not a mail address, or longer than 254 characters.
    """
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        message = _("“%(email)s” is not a mail address.") % {"email": email}
        raise RuleViolation("not_an_address", message, "email") from error
    if len(email) > 254:
        raise RuleViolation("not_an_address", _("This address is too long."), "email")
    return email


def set_first_password(person: Person, password: str) -> None:
    """Give an unsaved person a password; the caller saves.

    Raises:
        RuleViolation: a password that is too weak.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise RuleViolation("weak_password", " ".join(error.messages), "password") from error
    person.set_password(password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person says about itself. The time zone is an IANA name, as in Europe/Berlin."""

    name: str
    job_title: str
    phone: str
    language: str
    time_zone: str
    shortcuts: bool


@transaction.atomic
def change_profile(*, actor: Actor, profile: Profile) -> Person:
    """Change the actor's own profile and preferences; pages and mails follow from the next one on.

    Raises:
        Forbidden: nobody is signed in, or asked for with a token.
        RuleViolation: no name, a language that isn't offered, or an unknown time zone.
    """
    if not actor.speaks_for_person:
        raise Forbidden("not_allowed", _("Sign in to change your settings."))
    if not profile.name.strip():
        raise RuleViolation("name_missing", _("Enter your name."), "name")
    if profile.language not in dict(settings.LANGUAGES):
        raise RuleViolation("unknown_language", _("Choose one of the languages listed."), "language")
    try:
        validate_zone(profile.time_zone)
    except ValidationError as error:
        raise RuleViolation("unknown_time_zone", error.message, "time_zone") from error
    person: Person = Person.objects.visible_to(actor).select_for_update().get()
    person.name, person.job_title, person.phone = profile.name.strip(), profile.job_title, profile.phone
    person.language, person.time_zone, person.shortcuts = profile.language, profile.time_zone, profile.shortcuts
    person.save(update_fields=["name", "job_title", "phone", "language", "time_zone", "shortcuts"])
    return person


def end_session(*, actor: Actor, handle: str) -> bool:
    """Sign one of the actor's browsers out: its next request is a stranger's. False where there is none any more.

    Args:
        handle: of `people.reports.SessionLine`.

    Raises:
        Forbidden: not signed in as oneself.
    """
    require_own_session(actor)
    found = next((row for row in Session.objects.visible_to(actor) if handle_of(row) == handle), None)
    return bool(found and found.delete()[0])


@transaction.atomic
def end_other_sessions(*, actor: Actor, current: str) -> int:
    """Sign the actor out everywhere but in the session with the key `current`; returns how many ended.

    Raises:
        Forbidden: not signed in as oneself.
    """
    require_own_session(actor)
    ended: int = Session.objects.visible_to(actor).exclude(pk=current).delete()[0]
    if ended:
        record(SIGN_IN_CHANGED, actor=actor, subject=_self(actor), data={"change": "sessions_ended", "count": ended})
    return ended


@transaction.atomic
def ask_email_change(*, actor: Actor, email: str) -> None:
    """Ask the owner of a new address whether it may become the actor's; one request at a time, good for a day.

    Whether the address is in use makes no difference to be seen here: its owner gets another mail, without a link. The
    present address gets a note.

    Raises:
        Forbidden: not signed in as oneself. TooMany: over five an hour.
        RuleViolation: not a mail address, or the present one.
    """
    require_own_session(actor)
    person = _self(actor)
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        message = _("“%(email)s” is not a mail address.") % {"email": email}
        raise RuleViolation("not_an_address", message, "email") from error
    if email.lower() == person.email.lower():
        raise RuleViolation("same_address", _("You sign in with this address already."), "email")
    if not take(EMAIL_CHANGES, person.pk):
        raise TooMany("too_many", _("That was often enough for now. Try again later."), EMAIL_CHANGES.wait_seconds)
    token = secrets.token_urlsafe(32)
    facts = {"email": email, "digest": _digest(token), "expires_at": timezone.now() + LINK_LASTS}
    EmailChange.objects.update_or_create(person=person, defaults={"created_at": timezone.now(), **facts})
    path = reverse("settings-email-confirm", args=[token])
    in_use = Person.objects.at_address(email).exists()
    _mail(email, "email_in_use" if in_use else "email_confirm", {"path": path, "name": person.name}, asked=True)
    _mail(person.email, "email_asked", {"email": email})
    record(SIGN_IN_CHANGED, actor=actor, subject=person, data={"change": "email_asked", "email": email})


def find_email_change(*, actor: Actor, token: str) -> EmailChange | None:
    """Return the actor's change that a link belongs to, or None: used, replaced, run out, or somebody else's."""
    found: EmailChange | None = EmailChange.objects.visible_to(actor).filter(expires_at__gt=timezone.now()).first()
    return found if found is not None and constant_time_compare(found.digest, _digest(token)) else None


@transaction.atomic
def confirm_email_change(*, actor: Actor, token: str) -> Person:
    """Sign in with the new address from now on; the old one gets a note. Works once.

    Raises:
        Forbidden: not signed in as oneself.
        RuleViolation: the link doesn't work any more, or somebody else uses the address; one answer for both.
    """
    require_own_session(actor)
    change = find_email_change(actor=actor, token=token)
    person: Person = Person.objects.visible_to(actor).select_for_update().get()
    gone = RuleViolation("link_gone", _("This link no longer works. Enter the new address again."))
    if change is None:
        raise gone
    before, person.email = person.email, change.email
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError as error:
        raise gone from error
    change.delete()
    _mail(before, "email_changed", {"email": person.email})
    record(
        SIGN_IN_CHANGED,
        actor=actor,
        subject=person,
        before={"email": before},
        after={"email": person.email},
        data={"change": "email_changed"},
    )
    return person


def _self(actor: Actor) -> Person:
    person: Person = Person.objects.visible_to(actor).get()
    return person


def _digest(token: str) -> str:
    return salted_hmac("people.email-change", token, algorithm="sha256").hexdigest()


def _mail(to: str, template: str, facts: dict[str, str], *, asked: bool = False) -> None:
    # What goes to an address that somebody typed is bounded for its owner's sake; what a person must know isn't.
    if asked and not take(MAILS, to.lower()):
        return
    # `activity` stands above this app; the queue is reached by name.
    import_string("activity.mailing.queue_to_address")(to=to, template=template, facts=facts)
