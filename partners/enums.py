"""Choices of partners and enrollments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartnerType(TextChoices):
    """What kind of partner it is."""

    RESELLER = "reseller", _("Reseller")
    DISTRIBUTOR = "distributor", _("Distributor")
    REFERRAL = "referral", _("Referral partner")
    TECHNOLOGY = "technology", _("Technology partner (ISV)")
    SERVICES = "services", _("Services partner (SI)")
    MSP = "msp", _("Managed service provider")
    INFLUENCER = "influencer", _("Influencer")
    AGENCY = "agency", _("Agency")


class EnrollmentStatus(TextChoices):
    """Where an enrollment stands in its life."""

    APPLICANT = "applicant", _("Applicant")
    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    RETIRED = "retired", _("Retired")


LIVE = (EnrollmentStatus.ONBOARDING, EnrollmentStatus.ACTIVE)


class Protocol(TextChoices):
    """How an identity provider speaks."""

    OIDC = "oidc", _("OpenID Connect")
    SAML = "saml", _("SAML 2.0")


class ViewingEnd(TextChoices):
    """How a look at the portal through a partner's eyes ended."""

    LEFT = "left", _("left")
    TIME = "time", _("its time was over")
    SIGNED_OUT = "signed_out", _("signed out")
    ACCESS = "access", _("the right to it ended")
