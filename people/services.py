"""Writes to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.models import Person, validate_zone
from prm.kernel.actors import Via
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


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
    found = Person.objects.filter(email__iexact=email).first()
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
    if actor.person_id is None or actor.via is not Via.SESSION:
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
