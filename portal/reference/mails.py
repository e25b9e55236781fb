"""The page of mails and of the lines behind the bell."""

from __future__ import annotations

from django.utils import timezone

from activity.mailing import TEMPLATES
from activity.registry import NOTICES, NoticeKind
from portal.reference.markdown import code, first_sentence, page, table
from prm.kernel.actors import Role

ABOUT = (
    "Subjects are shown with the samples that the previews use. In the demo every mail stays on the outbox page, "
    "`/outbox/`, where each kind also has its preview."
)


def mails_page() -> str:
    """Return the page."""
    with timezone.override("UTC"):
        mails = [
            [code(name), first_sentence(TEMPLATES[name].build), _subject(name), _placeholders(name)]
            for name in sorted(TEMPLATES)
        ]
    notices = [_notice(NOTICES[name]) for name in sorted(NOTICES)]
    return page(
        "Mails and notifications",
        ABOUT,
        "## Mails\n\n" + table(["Mail", "For", "Subject, for example", "A vendor's own words may use"], mails),
        "## Notifications\n\n"
        + table(["Notification", "Says", "Concerns", "Mail", "Unless chosen otherwise"], notices),
    )


def _placeholders(name: str) -> str:
    return ", ".join(code(f"{{{key}}}") for key in TEMPLATES[name].placeholders)


def _notice(kind: NoticeKind) -> list[object]:
    roles = "everyone" if kind.roles == frozenset(Role) else ", ".join(sorted(kind.roles))
    return [
        code(kind.name),
        kind.title,
        roles,
        code(kind.mail),
        "always, at once" if kind.always else kind.default.label,
    ]


def _subject(name: str) -> str:
    template = TEMPLATES[name]
    return template.letter(template.sample).subject
