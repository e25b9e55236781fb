"""The kinds of steps that onboarding itself has. Courses, certifications and CRM records come with their owners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.registry import Effect
from onboarding import calling, runners
from onboarding.enums import Side
from onboarding.form_fields import checked_item, form_class_of, is_own
from onboarding.merging import unknown_fields, unknown_sentence
from onboarding.models import StepFile
from onboarding.step_kinds import Asks, Setting, StepKind, Work, step_kind
from prm.kernel.errors import RuleViolation

EITHER = frozenset({Side.PARTNER, Side.VENDOR})
PARTNER, VENDOR, SYSTEM = (frozenset({side}) for side in (Side.PARTNER, Side.VENDOR, Side.SYSTEM))
LONGEST_NOTE = 2000
TEXT = Setting(name="text", label=gettext_lazy("What is to be done"), asks=Asks.LONG_TEXT, required=False, most=4000)


def _note(work: Work, given: Mapping[str, Any]) -> dict[str, Any]:
    note = str(given.get("note") or "").strip()
    if len(note) > LONGEST_NOTE:
        raise RuleViolation("too_long", _("At most 2,000 characters."), "note")
    return {"note": note} if note else {}


def _answers(work: Work, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's answers by slug.

    Raises:
        RuleViolation: what the first field that isn't right says; `field` names it.
    """
    form = form_class_of(work.settings["fields"])(given)
    if not form.is_valid():
        name, problems = next(iter(form.errors.items()))
        raise RuleViolation("invalid", str(problems[0]), name)
    return {"answers": form.answers()}


def _files(work: Work, given: Mapping[str, Any]) -> dict[str, Any]:
    if not StepFile.objects.filter(step=work.step).exists():
        raise RuleViolation("no_file", _("Add the document first."), "file")
    return _note(work, given)


def _check_fields(settings: Mapping[str, Any]) -> dict[str, str]:
    try:
        items = [checked_item(item if isinstance(item, Mapping) else {}) for item in settings["fields"]]
    except RuleViolation as refused:
        return {"fields": str(refused)}
    if not all(is_own(item) for item in items):
        return {"fields": _("A step asks questions of your own; the profile is asked for elsewhere.")}
    names = [item["field"] for item in items]
    return {"fields": _("A question is there twice.")} if len(names) != len(set(names)) else {}


def _check_mail(settings: Mapping[str, Any]) -> dict[str, str]:
    unknown = {name: unknown_fields(str(settings[name])) for name in ("subject", "text")}
    return {name: unknown_sentence(names) for name, names in unknown.items() if names}


def _check_manager(settings: Mapping[str, Any]) -> dict[str, str]:
    if settings.get("rule") == "person" and not settings.get("person"):
        return {"person": _("Choose the person.")}
    return {}


def _until(work: Work) -> datetime:
    opened = work.step.opened_at
    assert opened is not None  # noqa: S101  (a step that waits for a day has opened)
    return opened + timedelta(days=int(work.settings.get("days", 1)))


FORM = step_kind(
    StepKind(
        name="form",
        label=gettext_lazy("Form"),
        icon="pen",
        sides=EITHER,
        summary=gettext_lazy("Asks questions; the answers are kept with the step."),
        settings=(Setting(name="fields", label=gettext_lazy("Questions"), asks=Asks.FIELDS, most=20), TEXT),
        check=_check_fields,
        accept=_answers,
    )
)
UPLOAD = step_kind(
    StepKind(
        name="upload",
        label=gettext_lazy("Document"),
        icon="upload",
        sides=EITHER,
        summary=gettext_lazy("Asks for a document, such as a certificate of registration."),
        settings=(TEXT,),
        accept=_files,
    )
)
AGREEMENT = step_kind(
    StepKind(
        name="agreement",
        label=gettext_lazy("Agreement"),
        icon="shield",
        sides=PARTNER,
        summary=gettext_lazy(
            "Puts an agreement to the partner; ends once it is signed, and countersigned if asked for."
        ),
        settings=(Setting(name="template", label=gettext_lazy("Agreement"), asks=Asks.AGREEMENT, most=60),),
        run=runners.put_agreement,
        ends_by=gettext_lazy("This step ends once the agreement is signed."),
    )
)
MEETING = step_kind(
    StepKind(
        name="meeting",
        label=gettext_lazy("Meeting"),
        icon="calendar",
        sides=EITHER,
        summary=gettext_lazy("Its date is proposed and put into calendars; done once it was held."),
        settings=(TEXT,),
        accept=_note,
    )
)
TASK = step_kind(
    StepKind(
        name="task",
        label=gettext_lazy("Task"),
        icon="todo",
        sides=EITHER,
        summary=gettext_lazy("Something that somebody does and then marks as done."),
        settings=(TEXT,),
        accept=_note,
    )
)
APPROVAL = step_kind(
    StepKind(
        name="approval",
        label=gettext_lazy("Approval"),
        icon="ok",
        sides=VENDOR,
        summary=gettext_lazy("One of your people looks at what is there, and approves or refuses with a reason."),
        settings=(TEXT,),
        accept=_note,
    )
)
FIRST_DEAL = step_kind(
    StepKind(
        name="first_deal",
        label=gettext_lazy("First deal"),
        icon="deal",
        sides=PARTNER,
        summary=gettext_lazy("Ends once the partner has registered, or won, its first deal."),
        settings=(
            Setting(
                name="milestone",
                label=gettext_lazy("Ends once the deal is"),
                asks=Asks.CHOICE,
                choices=(("registered", gettext_lazy("registered")), ("won", gettext_lazy("won"))),
                default="registered",
            ),
            TEXT,
        ),
        run=runners.await_first_deal,
        ends_by=gettext_lazy("This step ends by itself with the partner’s first deal."),
    )
)
WAIT = step_kind(
    StepKind(
        name="wait",
        label=gettext_lazy("Wait"),
        icon="wait",
        sides=SYSTEM,
        summary=gettext_lazy("Lets days pass before what comes after it."),
        settings=(Setting(name="days", label=gettext_lazy("Days"), asks=Asks.NUMBER, most=730, default=7),),
        until=_until,
    )
)
WORKSPACE = step_kind(
    StepKind(
        name="workspace",
        label=gettext_lazy("Create the workspace"),
        icon="building",
        sides=SYSTEM,
        summary=gettext_lazy("Fills the partner’s empty profile from the application and computes its first standing."),
        run=runners.make_workspace,
    )
)
ASSIGN_MANAGER = step_kind(
    StepKind(
        name="assign_manager",
        label=gettext_lazy("Assign the partner manager"),
        icon="user",
        sides=SYSTEM,
        summary=gettext_lazy("By a rule. Whoever has a partner manager already keeps it."),
        settings=(
            Setting(
                name="rule",
                label=gettext_lazy("Who"),
                asks=Asks.CHOICE,
                required=False,
                choices=(
                    ("fewest", gettext_lazy("whoever looks after the fewest")),
                    ("person", gettext_lazy("one person")),
                ),
                default="fewest",
            ),
            Setting(name="person", label=gettext_lazy("Person"), asks=Asks.STAFF, required=False),
            Setting(
                name="regions",
                label=gettext_lazy("By region"),
                asks=Asks.FIELDS,
                required=False,
                most=20,
                help=gettext_lazy("Whoever is named for a region that the partner serves comes first."),
            ),
        ),
        check=_check_manager,
        run=runners.assign_manager,
    )
)
INVITE_TEAM = step_kind(
    StepKind(
        name="invite_team",
        label=gettext_lazy("Invite the team"),
        icon="team",
        sides=SYSTEM,
        summary=gettext_lazy("Invites who applied as administrator, and the colleagues named in the application."),
        run=runners.invite_team,
    )
)
MAIL = step_kind(
    StepKind(
        name="mail",
        label=gettext_lazy("Send a mail"),
        icon="mail",
        sides=SYSTEM,
        summary=gettext_lazy("Sends your words, with merge fields, to the partner’s administrators or to who applied."),
        settings=(
            Setting(
                name="to",
                label=gettext_lazy("To"),
                asks=Asks.CHOICE,
                choices=(
                    ("administrators", gettext_lazy("the administrators")),
                    ("applicant", gettext_lazy("who applied")),
                ),
                default="administrators",
            ),
            Setting(name="subject", label=gettext_lazy("Subject"), most=200),
            Setting(name="text", label=gettext_lazy("Text"), asks=Asks.LONG_TEXT, most=5000),
        ),
        check=_check_mail,
        run=runners.send_mail,
    )
)
WEBHOOK = step_kind(
    StepKind(
        name="webhook",
        label=gettext_lazy("Call a webhook"),
        icon="bolt",
        sides=SYSTEM,
        summary=gettext_lazy("Calls an address of yours, signed; it answers at once or later."),
        settings=(Setting(name="address", label=gettext_lazy("Address"), asks=Asks.ADDRESS, most=500),),
        check=calling.check_settings,
        run=calling.call,
        effect=Effect.OUTSIDE,
    )
)
