"""Writes to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from people.models import Person, validate_zone
from prm.kernel.actors import Via
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


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
