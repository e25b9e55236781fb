"""Mails about seats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from activity.mailing import Letter, mail_template
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from partners.models import Invitation, Vendor

SAMPLE = {
    "organisation": "Brightpath",
    "inviter": "Henrik Aalto",
    "role": "sales",
    "until": "2026-12-06T12:00:00+00:00",
    "path": "/invitations/yD3kK1r7bXb0s8J2/",
    "brand": {},
}


def invitation_facts(invitation: Invitation, token: str) -> dict[str, Any]:
    """Return what the mail says of an invitation."""
    brand = invitation.vendor or invitation.issuer
    return {
        "organisation": str(invitation.organisation),
        "inviter": str(invitation.invited_by),
        "role": invitation.role,
        "until": invitation.expires_at.isoformat(),
        "path": reverse("invitation", args=[token]),
        "brand": brand_of(brand) if brand else {},
    }


def brand_of(vendor: Vendor) -> dict[str, Any]:
    """Return a vendor's brand, as a letter takes it."""
    return {
        "name": vendor.name,
        "hue": vendor.brand_hue,
        "chroma": float(vendor.brand_chroma),
        "logo": f"{settings.SITE_URL}{vendor.logo_url}" if vendor.logo else "",
        "reply_to": vendor.support_email,
    }


@mail_template("invitation", sample=SAMPLE)
def invitation(facts: Mapping[str, Any]) -> Letter:
    """Invite someone to a seat."""
    words = {**facts, "role": str(Role(facts["role"]).label)}
    until = date_format(timezone.localtime(datetime.fromisoformat(facts["until"])).date(), "DATE_FORMAT")
    return Letter(
        subject=_("%(inviter)s invites you to %(organisation)s") % words,
        heading=_("Join %(organisation)s") % words,
        paragraphs=(
            _("%(inviter)s invites you to work for %(organisation)s here, as %(role)s.") % words,
            _("Open the link to see what it is about. Nothing happens before you accept there."),
        ),
        facts=((_("Organisation"), words["organisation"]), (_("Role"), words["role"]), (_("Works until"), until)),
        button=(_("Look at the invitation"), facts["path"]),
        why=_(
            "You get this because %(inviter)s entered your address. If you don’t know what it is about, do nothing: "
            "the link works once, and ends by itself."
        )
        % words,
        brand=facts["brand"],
    )


@mail_template("join_confirm", sample={"path": "/join/yD3kK1r7bXb0s8J2/"})
def join_confirm(facts: Mapping[str, Any]) -> Letter:
    """Prove the address of somebody who asks to join a team."""
    return Letter(
        subject=_("Confirm that you ask to join"),
        heading=_("Is this your address?"),
        paragraphs=(
            _("Somebody entered your address to join a company’s team here."),
            _("Confirm it within 24 hours; then the company’s administrator decides."),
        ),
        button=(_("Confirm and ask"), facts["path"]),
        why=_("You get this because your address was entered. If it wasn’t you, do nothing: nobody was told."),
        brand={},
    )


JOIN_SAMPLE = {
    "name": "Lena Brandt",
    "email": "lena.brandt@brightpath.example",
    "partner": "Brightpath",
    "note": "I start on Monday in sales.",
    "path": "/portal/team/",
}


@mail_template("join_asked", sample=JOIN_SAMPLE)
def join_asked(facts: Mapping[str, Any]) -> Letter:
    """Tell administrators that somebody asks to join."""
    words = dict(facts)
    note = (_("They write: “%(note)s”") % words,) if facts.get("note") else ()
    return Letter(
        subject=_("%(name)s asks to join %(partner)s") % words,
        heading=_("%(name)s asks to join your team") % words,
        paragraphs=(
            _("%(name)s has proven to read mail at %(email)s. You choose what they may do, or decline.") % words,
            *note,
        ),
        button=(_("Decide"), facts["path"]),
        why=_("You get this because you are an administrator of %(partner)s.") % words,
        brand={},
    )


MERGE_SAMPLE = {
    "vendor": "Northwind Robotics",
    "kept": "Brightpath",
    "absorbed": "Brightpath Systems",
    "note": "Your colleague says that both are you.",
    "path": "/portal/profile/",
    "brand": {},
}


@mail_template("merge_proposed", sample=MERGE_SAMPLE)
def merge_proposed(facts: Mapping[str, Any]) -> Letter:
    """Tell administrators that a vendor takes two records for one organisation."""
    note = (_("They write: “%(note)s”") % facts,) if facts.get("note") else ()
    return Letter(
        subject=_("Are %(absorbed)s and %(kept)s one organisation?") % facts,
        heading=_("%(vendor)s proposes to merge two records") % facts,
        paragraphs=(
            _(
                "%(vendor)s takes %(absorbed)s and %(kept)s for the same organisation. Nothing happens until an "
                "administrator of each has confirmed it, and it can be undone for 30 days."
            )
            % facts,
            *note,
        ),
        button=(_("Look at it"), facts["path"]),
        why=_("You get this because you are an administrator of one of them."),
        brand=facts["brand"],
    )


TYPE_SAMPLE = MERGE_SAMPLE | {"name": "Brightpath", "after": "Services partner (SI)", "reason": "You sell projects."}


@mail_template("type_proposed", sample=TYPE_SAMPLE)
def type_proposed(facts: Mapping[str, Any]) -> Letter:
    """Tell administrators that a vendor takes their organisation for another kind of partner."""
    return Letter(
        subject=_("Is %(name)s another kind of partner: %(after)s?") % facts,
        heading=_("%(vendor)s proposes another kind") % facts,
        paragraphs=(
            _(
                "%(vendor)s proposes that %(name)s becomes this kind of partner: %(after)s. Nothing happens until an "
                "administrator of yours has confirmed it, and it can be undone for 30 days."
            )
            % facts,
            _("They write: “%(reason)s”") % facts,
        ),
        button=(_("See what would change"), facts["path"]),
        why=_("You get this because you are an administrator of %(name)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("join_declined", sample={"partner": "Brightpath"})
def join_declined(facts: Mapping[str, Any]) -> Letter:
    """Tell a newcomer that an administrator said no."""
    return Letter(
        subject=_("You can’t join %(partner)s now") % facts,
        heading=_("Your request was declined"),
        paragraphs=(
            _("An administrator of %(partner)s declined that you join its team here.") % facts,
            _("If that surprises you, talk to your colleagues there."),
        ),
        why=_("You get this because you asked to join."),
        brand={},
    )
