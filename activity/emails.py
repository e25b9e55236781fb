"""Mails about signing in. They stand here because `people` is below `activity`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from activity.mailing import Letter, mail_template


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
