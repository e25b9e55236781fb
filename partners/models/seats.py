"""The seats people act from, invitations to them, and their API tokens."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.organisations import Partner, Vendor
from partners.querysets import InvitationQuerySet, SeatQuerySet, TokenQuerySet
from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Reach, Role
from prm.kernel.scoping import Scope, ScopedModel, Unscoped

IN_ONE_ORGANISATION = Q(vendor__isnull=False, partner__isnull=True, role__in=sorted(VENDOR_ROLES)) | Q(
    vendor__isnull=True, partner__isnull=False, role__in=sorted(PARTNER_ROLES)
)


class Seat(ScopedModel):
    """A role that a person has in one partner or one vendor."""

    scope = Scope(vendor="vendor_id", partner="partner_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats")
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(_("role"), max_length=14, choices=Role)
    reach = models.CharField(_("sees"), max_length=3, choices=Reach, default=Reach.ALL)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.CheckConstraint(condition=IN_ONE_ORGANISATION, name="seat_in_one_organisation"),
            models.UniqueConstraint(fields=["person", "vendor"], name="seat_once_per_vendor"),
            models.UniqueConstraint(fields=["person", "partner"], name="seat_once_per_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"


class Invitation(ScopedModel):
    """A seat offered to a mail address. Its link works once; only a digest of the link's token is kept.

    issuer: the vendor that invited a partner's first administrator; without it the organisation invited for itself.
    mail: the newest one, which says whether it arrived. is_listed: it came with a list of the issuer's, in any role;
    its mail is sent once somebody says so, and until then `sendings` is 0. name: what the list calls the person.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id")

    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="invitations")
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="invitations")
    issuer = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True, default="", db_default="")
    is_listed = models.BooleanField(_("from a list"), default=False, db_default=False)
    role = models.CharField(_("role"), max_length=14, choices=Role)
    reach = models.CharField(_("sees"), max_length=3, choices=Reach, default=Reach.ALL)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sendings = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    seat = models.ForeignKey(Seat, null=True, on_delete=models.SET_NULL, related_name="+")
    mail = models.ForeignKey("activity.Mail", null=True, on_delete=models.SET_NULL, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=IN_ONE_ORGANISATION, name="invitation_to_one_organisation"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_accepted_or_revoked"
            ),
            models.UniqueConstraint(
                Lower("email"),
                "vendor",
                condition=Q(partner=None, accepted_at=None, revoked_at=None),
                name="invitation_waits_once_at_vendor",
            ),
            models.UniqueConstraint(
                Lower("email"),
                "partner",
                "issuer",
                condition=Q(vendor=None, accepted_at=None, revoked_at=None),
                nulls_distinct=False,
                name="invitation_waits_once_at_partner",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "-sent_at"], name="invitation_vendor"),
            models.Index(fields=["partner", "-sent_at"], name="invitation_partner"),
            models.Index(
                fields=["issuer", "id"],
                condition=Q(sendings=0, accepted_at=None, revoked_at=None),
                name="invitation_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"

    @property
    def organisation(self) -> Vendor | Partner:
        """Where the seat is."""
        organisation = self.vendor or self.partner
        assert organisation is not None  # noqa: S101  (the database holds that one of them is set)
        return organisation

    @property
    def is_open(self) -> bool:
        """Whether its link still works."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def is_held(self) -> bool:
        """Whether it waits until somebody has it sent: nobody has its link."""
        return self.sendings == 0 and self.accepted_at is None and self.revoked_at is None


class AccessToken(ScopedModel):
    """A key to the API, bound to a seat; only its digest is kept."""

    scope = Unscoped("seen by its seat's holder only; see its queryset")

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=30), verbose_name=_("scopes"))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """Whether it still opens the API."""
        return self.revoked_at is None and self.expires_at > timezone.now()
