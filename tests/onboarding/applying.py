"""Applying in tests: an open form, what a company types, and the way through the link in its mail."""

from __future__ import annotations

import re
import time
from typing import Any
from uuid import uuid4

from django.core import signing
from django.test import Client
from django.urls import reverse

from activity.models import Mail
from onboarding.application_links import find_application
from onboarding.form_fields import default_fields
from onboarding.models import Application, ApplicationForm
from onboarding.services import applications_public
from onboarding.services.applications_public import Filled
from portal.public.applying.forms import SALT
from tests.cast import Side

CONSENT = "You may keep what we tell you."
VALUES = {
    "name": "Castellan Automation",
    "website": "https://castellan.example/",
    "country": "DE",
    "type": "services",
    "contact_name": "Ines Rothmann",
    "email": "ines@castellan.example",
    "industries": ["food", "logistics"],
    "services": ["integration"],
    "consent": "on",
}


def open_form(side: Side, **changes: Any) -> ApplicationForm:
    """Return the open form of a side's program."""
    given = {"is_open": True, "fields": default_fields(), "consent": CONSENT, **changes}
    return ApplicationForm.objects.create(vendor=side.vendor, program=side.program, **given)


def stamp(seconds: float = 60.0) -> str:
    """Return the stamp of a form that was opened so long ago."""
    return signing.dumps(time.time() - seconds, salt=SALT)


def address_of(form: ApplicationForm) -> str:
    """Return a form's address."""
    return reverse("apply-program", args=[form.vendor.slug, form.program.slug])


def send(client: Client, form: ApplicationForm, **changes: Any) -> Any:
    """Send the form as a company fills it in; a value of None leaves the field out.

    seconds: how long it was open.
    """
    values = {**VALUES, "started": stamp(changes.pop("seconds", 60.0)), **changes}
    return client.post(address_of(form), {name: value for name, value in values.items() if value is not None})


def link_in(template: str = "application_confirm") -> str:
    """Return the link in the newest mail of a kind."""
    text = Mail.objects.filter(template=template).latest("pk").text
    found = re.search(r"/application/\S+/", text)
    assert found is not None
    return found.group()


def token_in(template: str = "application_confirm") -> str:
    """Return the token in the newest mail of a kind."""
    return link_in(template).strip("/").rpartition("/")[2]


def apply(form: ApplicationForm, **columns: Any) -> Application:
    """Apply and confirm, by services; a company of its own unless an e-mail is given."""
    given = {name: value for name, value in VALUES.items() if name != "consent"}
    host = f"company-{uuid4().hex[:10]}.example"
    whole = {**given, "email": f"ines@{host}", "website": f"https://{host}/", **columns}
    answers = whole.pop("answers", {})
    applications_public.submit_application(form=form, filled=Filled(columns=whole, answers=answers, consented=True))
    token = token_in()
    applications_public.confirm_application(token=token)
    return find_application(token)
