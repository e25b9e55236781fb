"""A job as other pages embed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from portal.public.jobs import JobCard, card_of

if TYPE_CHECKING:
    from jobs.models import Job

register = template.Library()


@register.simple_tag
def job_card(job: Job) -> JobCard:
    """Return what `components/job_card.html` shows of a job."""
    return card_of(job)
