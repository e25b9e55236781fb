"""Reads for the public pages of applications: what everybody may see, and what who has the link may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from onboarding.models import Application, ApplicationForm, ApplicationMessage
from partners.enums import LIVE
from partners.models import Enrollment

if TYPE_CHECKING:
    from partners.models import Partner


def open_forms() -> list[ApplicationForm]:
    """Return the forms of programs that take applications, by vendor and program. One query."""
    rows = ApplicationForm.objects.filter(is_open=True).select_related("program", "vendor")
    return list(rows.order_by("vendor__name", "program__name", "pk"))


def form_at(vendor: str, program: str) -> ApplicationForm:
    """Return the form at an address, open or closed.

    Raises:
        Http404: the program has none.
    """
    rows = ApplicationForm.objects.select_related("program", "vendor")
    found = rows.filter(vendor__slug=vendor, program__slug=program).first()
    if found is None:
        raise Http404
    return found


def form_of_program(application: Application) -> ApplicationForm:
    """Return the form of an application's program."""
    return ApplicationForm.objects.select_related("vendor", "program").get(program_id=application.program_id)


def said_about(application: Application) -> list[ApplicationMessage]:
    """Return the questions and answers that the applicant reads, oldest first: no notes."""
    rows = ApplicationMessage.objects.filter(application=application).for_applicant()
    return list(rows.order_by("created_at", "pk"))


def is_in_program(partner: Partner, form: ApplicationForm) -> bool:
    """Whether a partner works in a form's program already."""
    return Enrollment.objects.filter(partner=partner, program_id=form.program_id, status__in=LIVE).exists()
