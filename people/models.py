"""A person who signs in, and what signing in leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from zoneinfo import available_timezones

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.guessing import guess
from people.querysets import PersonQuerySet, SessionQuerySet
from prm.kernel.scoping import Scope, ScopedModel, Unscoped

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


def validate_zone(name: str) -> None:
    """Refuse a time zone that this machine doesn't know."""
    if name not in available_timezones():
        raise ValidationError(_("Unknown time zone."))


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
    """Finds people by mail address, whatever its case."""

    def get_by_natural_key(self, username: str) -> Person:
        """Return the person with this mail address."""
        return self.at_address(username).get()


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

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the person's password. Every way in ends here, behind the limits of `people.guessing`.

        Raises:
            TooManyGuesses: the account's tries are used up; a form shows it like any other error.
        """
        return guess(lambda: super(Person, self).check_password(raw_password), account=self.email, person=self)

    async def acheck_password(self, raw_password: str | None) -> bool:
        """Whether this is the person's password; the same gate."""
        return await sync_to_async(self.check_password)(raw_password)

    # Django's admin asks these of every user; rights come from the seat (see `portal.console`).
    is_staff = False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Hold no Django permission: rights come from the seat."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Hold no Django permission: rights come from the seat."""
        return False


class Session(AbstractBaseSession):
    """A browser that someone is signed in with, or a visitor's. Deleting the row ends it with the next request.

    address and browser are those last seen; `seen_at` is written every five minutes at most.
    """

    scope = Scope(person="person_id")

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    address = models.GenericIPAddressField(_("address"), null=True)
    browser = models.CharField(_("browser"), max_length=400, blank=True)

    objects = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("session")  # type: ignore[assignment]
        verbose_name_plural = _("sessions")  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"session of {self.person_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Refuse: rows are read through `people.sessions`, never one by one."""
        raise NotImplementedError


class EmailChange(ScopedModel):
    """A new mail address that waits for its owner's yes. A person has one; only the link's digest is kept."""

    scope = Scope(person="person_id")

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="email_change")
    email = models.EmailField(_("new address"), max_length=254)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")

    def __str__(self) -> str:
        return self.email


class Bucket(ScopedModel):
    """How often something was tried lately: see `people.limits`."""

    scope = Unscoped("machinery: written by people.limits only")

    key = models.CharField(max_length=64, primary_key=True)
    level = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
