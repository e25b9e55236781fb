"""Mails as rows, the vendors' own words for them, and the addresses that get none."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.enums import MailState, SuppressionReason, Withheld
from activity.models.events import Event
from activity.querysets import MailQuerySet, SuppressionQuerySet
from prm.kernel.scoping import Scope, ScopedModel

UNDELIVERED = Q(state=MailState.DEAD) | Q(withheld=Withheld.ADDRESS)
"""What its vendor should know of: gave up, or not sent because the address is known to bounce."""


class Mail(ScopedModel):
    """A mail to one person: rendered in the person's language, claimed by a worker, sent outside the transaction.

    kind, seat_id: the notification that it tells of, and for which of the person's seats; empty for mails about the
    account itself. slot: the moment that a digest was due. vendor_id: whose event it tells of; none for digests, which
    may tell of several vendors'. provider_id: what the mail service calls it.
    """

    scope = Scope(person="person_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="mails")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    vendor_id = models.BigIntegerField(null=True)
    seat_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60, blank=True)
    template = models.CharField(max_length=80)
    slot = models.DateTimeField(null=True)
    to = models.EmailField()
    sender_name = models.CharField(max_length=120, blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    withheld = models.CharField(max_length=10, choices=Withheld, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    error = models.TextField(blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(fields=["event", "person", "template"], name="mail_once"),
            models.UniqueConstraint(fields=["person", "slot"], condition=Q(slot__isnull=False), name="digest_once"),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False), name="mail_sent_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.WITHHELD) & ~Q(withheld="") | ~Q(state=MailState.WITHHELD) & Q(withheld=""),
                name="mail_withheld_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["queued", "sending"]), name="mail_due"),
            models.Index(fields=["person", "-id"], name="mail_person"),
            models.Index(fields=["vendor_id", "-id"], condition=UNDELIVERED, name="mail_undelivered"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="mail_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"

    @property
    def is_about_an_event(self) -> bool:
        """Whether it tells of something that happened, rather than of the account itself."""
        return self.event_id is not None or self.slot is not None


class MailText(ScopedModel):
    """A vendor's own words for a kind of mail in one language; without a row the product's own hold.

    paragraphs: divided by blank lines. All may use the kind's placeholders as `{name}`, and hold no markup.
    """

    scope = Scope(vendor="vendor_id")

    vendor_id = models.BigIntegerField()
    template = models.CharField(max_length=80)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    heading = models.CharField(_("heading"), max_length=200)
    paragraphs = models.TextField(_("text"), max_length=5000, blank=True)
    button = models.CharField(_("button"), max_length=80, blank=True)
    revision = models.PositiveIntegerField(default=1)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mail text")
        verbose_name_plural = _("mail texts")
        constraints = [
            models.UniqueConstraint(fields=["vendor_id", "template", "language"], name="mail_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.language})"


class Suppression(ScopedModel):
    """An address to which nothing about events is sent, because mails to it came back. Kept when it is lifted."""

    scope = Scope(operator=True)

    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("why"), max_length=10, choices=SuppressionReason)
    detail = models.TextField(_("what the mail server said"), blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=Q(lifted_at=None), name="suppression_once"),
        ]
        indexes = [models.Index(fields=["-since", "id"], condition=Q(lifted_at=None), name="suppression_since")]

    def __str__(self) -> str:
        return self.address
