"""Agreements for tests."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from onboarding.agreements.rules import Signing
from onboarding.enums import VersionState
from onboarding.models import Agreement, AgreementTemplate, AgreementVersion
from onboarding.services.agreements import send_agreement
from tests.cast import Cast, Side

BODY = """# Partner agreement

between {{vendor.name}} and {{partner.legal_name}}.

## Scope

+ {{partner.legal_name}} sells in **{{program.name}}**.

[if type: reseller]
+ Only for resellers.
[end]
"""


def make_template(side: Side, body: str = BODY, **fields: Any) -> AgreementTemplate:
    """Make a template with a published version."""
    given = {"slug": "partner-agreement", "name": "Partner agreement", **fields}
    template = AgreementTemplate.objects.create(vendor=side.vendor, program=side.program, **given)
    publish(template, body)
    return template


def publish(template: AgreementTemplate, body: str = BODY, number: int = 1, **fields: Any) -> AgreementVersion:
    """Make a published version, past the service."""
    template.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.REPLACED)
    return AgreementVersion.objects.create(
        vendor=template.vendor,
        template=template,
        number=number,
        body=body,
        state=VersionState.PUBLISHED,
        published_at=timezone.now(),
        **fields,
    )


def signing_of(agreement: Agreement, **changes: Any) -> Signing:
    """Return a complete signature of an agreement."""
    given: dict[str, Any] = {
        "name": "Ada Brightpath",
        "position": "Managing director",
        "authority": True,
        "consent": True,
        "document_hash": agreement.document_hash,
        "address": "192.0.2.7",
        "browser": "Firefox",
    }
    return Signing(**{**given, **changes})


def put_one(cast: Cast, enrollment: str = "brightpath_northwind", **fields: Any) -> Agreement:
    """Put an agreement to an enrollment."""
    template = make_template(cast.northwind if enrollment.endswith("northwind") else cast.halden, **fields)
    persona = "northwind_manager" if enrollment.endswith("northwind") else "halden_manager"
    return send_agreement(
        actor=cast.actor(persona), enrollment=cast.enrollments[enrollment], template_slug=template.slug
    )
