"""The secret link to an application: its token follows from the row's key and SECRET_KEY, and only mails have it.

So each mail can carry the same link, while the database holds a digest of the token only. A new address gets a new key:
who had the link by the old address must not prove the new one with it.
"""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import reverse
from django.utils.crypto import salted_hmac

from onboarding.models import Application
from partners.authentication import digest_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


def token_of(key: uuid.UUID) -> str:
    """Return the token of a row's key: 192 bits, for an address."""
    mac = salted_hmac("onboarding.application", key.hex, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()


def path_of(application: Application) -> str:
    """Return the address of the page about an application, for its applicant's mails. It also keeps the digest right.

    With another SECRET_KEY the token is another one: the link that goes out has to work.
    """
    token = token_of(application.key)
    digest = digest_of(token)
    if application.digest != digest:
        application.digest = digest
        application.save(update_fields=["digest"])
    return reverse("application", args=[token])


def new_key(application: Application) -> None:
    """Give an unsaved change of address its own link: the old one leads nowhere any more. The caller saves."""
    application.key = uuid.uuid4()
    application.digest = digest_of(token_of(application.key))


def applications_at(token: str) -> QuerySet[Application]:
    """Return the application that a link leads to, or nothing."""
    return Application.objects.filter(digest=digest_of(token))


def find_application(token: str) -> Application:
    """Return the application that a link leads to, with what its page shows. Reads only.

    Raises:
        Http404: no such link, or deleted meanwhile.
    """
    found = applications_at(token).select_related("vendor", "program", "partner", "enrollment").first()
    if found is None:
        raise Http404
    return found
