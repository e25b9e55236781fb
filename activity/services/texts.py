"""A vendor's own words for its mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.events import MAIL_TEXT_CHANGED, MAIL_TEXT_RESET
from activity.mailing.letters import TEMPLATES, MailTemplate, one_line
from activity.mailing.texts import Wording, unresolved
from activity.models import MailText
from activity.permissions import EDIT_MAILS
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

FIELDS = ("subject", "heading", "paragraphs", "button")


@transaction.atomic
def change_mail_text(*, actor: Actor, template: str, language: str, wording: Wording, revision: int) -> MailText:
    """Word a kind of mail in one language for the actor's vendor; mails written from now on use it.

    `revision` is that of the words which the person saw, 0 where they were the product's own. Records
    `mail_text.changed` with before and after.

    Raises:
        Forbidden: the right is missing. Conflict: somebody changed or reset it since.
        RuleViolation: an unknown mail or language, an empty subject, or a placeholder that the mail doesn't have.
    """
    known = _known(actor, template, language)
    _check(known, wording)
    text = _locked(actor, template, language, revision)
    before = {name: getattr(text, name) for name in FIELDS} if text else {}
    if text is None:
        text = MailText(vendor_id=actor.vendor_id, template=template, language=language, revision=0)
    text.subject, text.heading = one_line(wording.subject), one_line(wording.heading)
    text.paragraphs, text.button = wording.paragraphs.strip(), one_line(wording.button)
    text.revision, text.person_id, text.changed_at = text.revision + 1, actor.person_id, timezone.now()
    text.save()
    after = {name: getattr(text, name) for name in FIELDS}
    record(
        MAIL_TEXT_CHANGED,
        actor=actor,
        subject=text,
        before=before,
        after=after,
        data={"name": template, "language": language},
    )
    return text


@transaction.atomic
def reset_mail_text(*, actor: Actor, template: str, language: str, revision: int) -> None:
    """Go back to the product's own words; records `mail_text.reset` with what was there. Nothing to reset is harmless.

    Raises:
        Forbidden: the right is missing. Conflict: somebody changed or reset it since.
        RuleViolation: an unknown mail or language.
    """
    _known(actor, template, language)
    text = _locked(actor, template, language, revision)
    if text is None:
        return
    before = {name: getattr(text, name) for name in FIELDS}
    record(MAIL_TEXT_RESET, actor=actor, subject=text, before=before, data={"name": template, "language": language})
    text.delete()


def _known(actor: Actor, template: str, language: str) -> MailTemplate:
    if not actor.may(EDIT_MAILS) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Only partner managers word the mails."))
    found = TEMPLATES.get(template)
    if found is None or not found.placeholders:
        raise RuleViolation("unknown_mail", _("Mails of this kind can't be worded."))
    if language not in dict(settings.LANGUAGES):
        raise RuleViolation("unknown_language", _("Choose one of the languages listed."))
    return found


def _locked(actor: Actor, template: str, language: str, revision: int) -> MailText | None:
    """Return the vendor's words under a lock, if there are any and the person saw them as they are."""
    found = MailText.objects.visible_to(actor).select_for_update().filter(template=template, language=language)
    text: MailText | None = found.first()
    if (text.revision if text else 0) != revision:
        raise Conflict(
            "stale", _("Somebody changed these words since you opened them. Nothing of yours was saved."), text
        )
    return text


def _check(template: MailTemplate, wording: Wording) -> None:
    for name in ("subject", "heading"):
        if not getattr(wording, name).strip():
            raise RuleViolation("text_missing", _("This can't be empty."), name)
    for name in FIELDS:
        wrong = unresolved(template, [getattr(wording, name)])
        if wrong:
            raise RuleViolation("unknown_placeholder", unresolved_words(template, wrong), name)


def unresolved_words(template: MailTemplate, wrong: list[str]) -> str:
    """Return the sentence that names what doesn't resolve, and what there is instead."""
    there = ", ".join(f"{{{name}}}" for name in template.placeholders)
    return str(
        _("This mail has no %(wrong)s. Use one of %(there)s, and braces for nothing else.")
        % {"wrong": ", ".join(wrong), "there": there}
    )
