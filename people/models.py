"""A person who signs in."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prm.kernel.scoping import Scope, ScopedQuerySet


def validate_zone(name: str) -> None:
    """Refuse a time zone that this machine doesn't know."""
    if name not in available_timezones():
        raise ValidationError(_("Unknown time zone."))


class PersonManager(BaseUserManager.from_queryset(ScopedQuerySet)):
    """Finds people by mail address, whatever its case."""

    def get_by_natural_key(self, username: str) -> Person:
        """Return the person with this mail address."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Someone who signs in once and acts from seats. Mail addresses are unique whatever their case."""

    scope = Scope(person="pk")

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Berlin", validators=[validate_zone])
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    is_operator = models.BooleanField(_("runs this installation"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]
        indexes = [GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="person_name_search")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """The first letters of the first and the last name."""
        words = (self.name or self.email).split()
        return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words[:1])).upper()

    # Django's admin asks these of every user; rights come from the seat (see `portal.console`).
    is_staff = False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Hold no Django permission: rights come from the seat."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Hold no Django permission: rights come from the seat."""
        return False
