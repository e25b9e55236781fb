"""Calendar files of meetings, for any calendar to take in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone

from prm.kernel.lazily import lazily

if TYPE_CHECKING:
    from onboarding.models import JourneyStep

icalendar = lazily("icalendar")

PRODUCT = "-//Open PRM//Onboarding//EN"


def calendar_of(step: JourneyStep, meeting: dict[str, Any], summary: str, url: str) -> bytes:
    """Return the meeting as an iCalendar file (RFC 5545); the same step keeps its UID, with a later SEQUENCE."""
    at: datetime = meeting["at"].astimezone(UTC)
    event = icalendar.Event()
    event.add("uid", f"{step.key}@open-prm")
    event.add("sequence", step.revision)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", at)
    event.add("dtend", at + timedelta(minutes=int(meeting["minutes"])))
    event.add("summary", summary)
    event.add("url", url)
    if meeting.get("place"):
        event.add("location", meeting["place"])
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def calendar_response(content: bytes, name: str) -> HttpResponse:
    """Return the file as a download."""
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response
