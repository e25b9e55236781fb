"""Mails about signing in (they stand here because `people` is below `activity`), and those for any notification."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from activity.mailing import Letter, mail_template
from people.security import CHANGES


@mail_template("password_reset", sample={"path": "/accounts/password/reset/key/1-abc-def/"})
def password_reset(facts: Mapping[str, Any]) -> Letter:
    """Let someone who lost the password choose a new one."""
    return Letter(
        subject=_("Choose a new password"),
        heading=_("Choose a new password"),
        paragraphs=(
            _("Someone asked for a new password for your sign-in at this address."),
            _("The link works once, and for three days. Signing in with the old password ends it."),
        ),
        button=(_("Choose a new password"), facts["path"]),
        why=_(
            "You get this because your address was entered on the sign-in page. If it wasn't you, do nothing: your "
            "password stays as it is."
        ),
    )


@mail_template("unknown_address", sample={"email": "mara@elsewhere.example"})
def unknown_address(facts: Mapping[str, Any]) -> Letter:
    """Tell who asked for a new password that no account uses the address: the page itself tells nobody."""
    return Letter(
        subject=_("No account uses this address"),
        heading=_("No account uses this address"),
        paragraphs=(
            _("Someone asked for a new password for %(email)s, but nobody signs in with it here.") % facts,
            _("Maybe you were invited at another address. If not, ask your administrator to invite you."),
        ),
        why=_("You get this because your address was entered on the sign-in page. If it wasn't you, do nothing."),
    )


SECURITY = "/settings/security/"


@mail_template(
    "sign_in_changed",
    sample={
        "change": "passkey_added",
        "at": "2026-11-22T14:05:00+00:00",
        "address": "203.0.113.7",
        "browser": "Firefox on Windows",
    },
)
def sign_in_changed(facts: Mapping[str, Any]) -> Letter:
    """Tell that something about a person's sign-in changed, and what to do if it wasn't the person."""
    change = CHANGES[facts["change"]]
    at = timezone.localtime(datetime.fromisoformat(facts["at"]))
    return Letter(
        subject=str(change.title),
        heading=str(change.title),
        paragraphs=(
            str(change.meaning),
            _(
                "Was it you? Then there is nothing to do. If not: set a new password on the sign-in page, then remove "
                "what you don't know on your security page and sign out everywhere else."
            ),
        ),
        facts=(
            (_("When"), date_format(at, "DATETIME_FORMAT")),
            (_("With"), facts["browser"]),
            *(((_("From address"), facts["address"]),) if facts["address"] else ()),
        ),
        button=(_("Look at your security page"), SECURITY),
        why=_("You get this whenever something about your sign-in changes. It can't be switched off."),
    )


@mail_template("email_confirm", sample={"path": "/settings/security/email/confirm/abc/", "name": "Mara Lindqvist"})
def email_confirm(facts: Mapping[str, Any]) -> Letter:
    """Ask the owner of a new address whether it may be used."""
    return Letter(
        subject=_("Is this your new address?"),
        heading=_("Is this your new address?"),
        paragraphs=(
            _("%(name)s wants to sign in with this address from now on, and get mails here.") % facts,
            _("Open the link where you are signed in. It works once, and for a day."),
        ),
        button=(_("Use this address"), facts["path"]),
        why=_("You get this because the address was entered in someone's settings. If it wasn't you, do nothing."),
    )


@mail_template("email_in_use", sample={})
def email_in_use(facts: Mapping[str, Any]) -> Letter:
    """Tell the owner of an address that somebody else entered it; the page told nobody that it is in use."""
    return Letter(
        subject=_("Someone entered your address"),
        heading=_("Someone entered your address"),
        paragraphs=(
            _("Someone who signs in with another address wanted to change to this one. Nothing has changed."),
            _("If it was you: you already sign in with this address. Sign in with it instead."),
        ),
        button=(_("Sign in"), "/accounts/login/"),
        why=_("You get this because your address was entered in someone's settings."),
    )


@mail_template("email_asked", sample={"email": "mara.new@brightpath.example"})
def email_asked(facts: Mapping[str, Any]) -> Letter:
    """Tell the present address that another was asked for."""
    return Letter(
        subject=_("A new address was entered for your sign-in"),
        heading=_("A new address was entered for your sign-in"),
        paragraphs=(
            _("From your settings, %(email)s was asked to become your address. It changes once the new one says yes.")
            % facts,
            _("If it wasn't you: someone uses your sign-in. Set a new password and sign out everywhere else, now."),
        ),
        button=(_("Look at your security page"), SECURITY),
        why=_("You get this because this is the address you sign in with. It can't be switched off."),
    )


@mail_template("email_changed", sample={"email": "mara.new@brightpath.example"})
def email_changed(facts: Mapping[str, Any]) -> Letter:
    """Tell the old address that it opens nothing any more."""
    return Letter(
        subject=_("You sign in with a new address"),
        heading=_("You sign in with a new address"),
        paragraphs=(
            _("From now on you sign in with %(email)s, and mails go there. This address opens nothing any more.")
            % facts,
            _("If it wasn't you, ask whoever runs this installation, or your administrator, to close the account."),
        ),
        why=_("You get this because it was the address you signed in with until now. It can't be switched off."),
    )


@mail_template(
    "notice",
    sample={"title": "Brightpath won Castellan Foods GmbH", "path": "/", "brand": {"name": "Northwind Robotics"}},
)
def notice(facts: Mapping[str, Any]) -> Letter:
    """Say what a notification says, where it has no mail of its own."""
    return Letter(
        subject=facts["title"],
        heading=facts["title"],
        paragraphs=(),
        button=(_("Open it"), facts["path"]),
        why=_("You get this because you asked to be mailed about it at once."),
        brand=facts.get("brand", {}),
    )


@mail_template("test", sample={"brand": {}})
def test(facts: Mapping[str, Any]) -> Letter:
    """Show whoever asked for it that mails arrive."""
    return Letter(
        subject=_("Test: mails arrive"),
        heading=_("This mail arrived"),
        paragraphs=(
            _("So mails from here reach you. Look at its headers for what your mail server says about the sender."),
        ),
        why=_("You get this because you asked for a test."),
        brand=facts["brand"],
    )


@mail_template("address_check", sample={"path": "/mail/address/WzEsImEiXQ/"})
def address_check(facts: Mapping[str, Any]) -> Letter:
    """Let a person whose address bounced show that it works again."""
    return Letter(
        subject=_("Does this address work again?"),
        heading=_("Does this address work again?"),
        paragraphs=(_("Mails to you came back, so we stopped sending them. Open the link and mails will come again."),),
        button=(_("Send me mails again"), facts["path"]),
        why=_("You get this because you asked for it in your settings."),
    )
