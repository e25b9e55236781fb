"""The page of mails and of the lines behind the bell."""

from __future__ import annotations

from django.utils import timezone

from activity.mailing import TEMPLATES
from activity.notices import NOTICES
from portal.reference.markdown import code, first_sentence, page, table

ABOUT = (
    "Subjects are shown with the samples that the previews use. In the demo every mail stays on the outbox page, "
    "`/outbox/`, where each kind also has its preview."
)


def mails_page() -> str:
    """Return the page."""
    with timezone.override("UTC"):
        mails = [[code(name), first_sentence(TEMPLATES[name].build), _subject(name)] for name in sorted(TEMPLATES)]
    notices = [[code(name), NOTICES[name].title] for name in sorted(NOTICES)]
    return page(
        "Mails and notifications",
        ABOUT,
        "## Mails\n\n" + table(["Mail", "For", "Subject, for example"], mails),
        "## Notifications\n\n" + table(["Notification", "Says"], notices),
    )


def _subject(name: str) -> str:
    template = TEMPLATES[name]
    return template.build(template.sample).subject
