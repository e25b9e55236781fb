"""What happens in recruiting and onboarding, a block per subject."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from onboarding import recruiting_events  # noqa: F401  (registers them)
from prm.kernel.recording import Audience

# Application forms.
FORM_BEGUN = event(
    "application_form.begun", _("began the application form of {program}"), icon="plus", audience=Audience.VENDOR
)
FORM_CHANGED = event(
    "application_form.changed", _("changed the application form of {program}"), icon="pen", audience=Audience.VENDOR
)
FORM_OPENED = event(
    "application_form.opened",
    _("opened {program} for applications"),
    icon="out",
    tone="good",
    audience=Audience.VENDOR,
)
FORM_CLOSED = event(
    "application_form.closed", _("closed {program} for applications"), icon="no", audience=Audience.VENDOR
)

# Agreements.
AGREEMENT_SENT = event("agreement.sent", _("sent {title} to be signed"), alone=_("{title} is to be signed"), icon="out")
AGREEMENT_REMINDED = event(
    "agreement.reminded",
    _("reminded of {title}"),
    alone=_("Reminder: {title} waits for a signature"),
    icon="clock",
    tone="warn",
)
AGREEMENT_SIGNED = event("agreement.signed", _("signed {title} for the partner"), icon="pen", tone="good")
AGREEMENT_COMPLETED = event(
    "agreement.completed",
    _("countersigned {title}: it is in force"),
    alone=_("{title} is in force"),
    icon="shield",
    tone="good",
)
AGREEMENT_SEALED = event("agreement.sealed", _("sealed {title}"), alone=_("{title} was sealed as a PDF"), icon="lock")
AGREEMENT_TAKEN_BACK = event(
    "agreement.taken_back", _("took {title} back: {reason}"), alone=_("{title} was taken back: {reason}"), icon="undo"
)
AGREEMENT_REPLACED = event(
    "agreement.replaced", _("replaced {title}"), alone=_("A newer one took the place of {title}"), icon="split"
)
AGREEMENT_ENDING = event(
    "agreement.ending", _("was told that {title} ends"), alone=_("{title} ends on {until}"), icon="clock", tone="warn"
)
AGREEMENT_EXPIRED = event(
    "agreement.expired", _("ended {title}"), alone=_("{title} has ended: {reason}"), icon="x", tone="bad"
)
AGREEMENT_NOT_PUT = event(
    "agreement.not_put",
    _("couldn’t put {title} to the partner: {reason}"),
    alone=_("{title} couldn’t be put to the partner: {reason}"),
    icon="warn",
    tone="bad",
    audience=Audience.VENDOR,
)
AGREEMENT_PUBLISHED = event(
    "agreement_version.published", _("published version {number} of {title}"), icon="book", audience=Audience.VENDOR
)
AGREEMENT_VERSION_REPLACED = event(
    "agreement_version.replaced", _("replaced version {number} of {title}"), icon="undo", audience=Audience.VENDOR
)
AGREEMENT_VERSION_BEGUN = event(
    "agreement_version.begun", _("began version {number} of {title}"), icon="plus", audience=Audience.VENDOR
)
AGREEMENT_VERSION_CHANGED = event(
    "agreement_version.changed", _("changed the draft of {title}"), icon="pen", audience=Audience.VENDOR
)
AGREEMENT_VERSION_DISCARDED = event(
    "agreement_version.discarded", _("put the draft of {title} away"), icon="x", audience=Audience.VENDOR
)
AGREEMENT_PUTTING = event(
    "agreement_version.putting",
    _("puts version {number} of {title} to further partners"),
    alone=_("Version {number} of {title} goes to further partners"),
    icon="out",
    audience=Audience.VENDOR,
)
AGREEMENT_TEMPLATE_MADE = event(
    "agreement_template.made", _("made the agreement {title}"), icon="book", audience=Audience.VENDOR
)
AGREEMENT_TEMPLATE_CHANGED = event(
    "agreement_template.changed", _("changed the agreement {title}"), icon="pen", audience=Audience.VENDOR
)

# Journeys as they are written.
JOURNEY_VERSION_BEGUN = event(
    "journey_version.begun", _("began version {number} of {name}"), icon="flag", audience=Audience.VENDOR
)
JOURNEY_VERSION_CHANGED = event(
    "journey_version.changed", _("changed version {number} of {name}"), icon="pen", audience=Audience.VENDOR
)
JOURNEY_VERSION_PUBLISHED = event(
    "journey_version.published",
    _("published version {number} of {name}"),
    icon="flag",
    tone="good",
    audience=Audience.VENDOR,
)
JOURNEY_VERSION_REPLACED = event(
    "journey_version.replaced", _("replaced version {number} of {name}"), icon="clock", audience=Audience.VENDOR
)
JOURNEY_VERSION_DISCARDED = event(
    "journey_version.discarded", _("discarded version {number} of {name}"), icon="x", audience=Audience.VENDOR
)

# Journeys.
JOURNEY_STARTED = event(
    "journey.started", _("started the onboarding"), alone=_("The onboarding started: {steps} steps"), icon="flag"
)
JOURNEY_FINISHED = event(
    "journey.finished", _("finished the onboarding"), alone=_("The onboarding is finished"), icon="ok", tone="good"
)
JOURNEY_CANCELLED = event(
    "journey.cancelled",
    _("ended the onboarding: {reason}"),
    alone=_("The onboarding was ended: {reason}"),
    icon="x",
    tone="warn",
)
JOURNEY_MIGRATED = event(
    "journey.migrated",
    _("moved the onboarding to version {to}"),
    alone=_("The onboarding goes on with version {to}"),
    icon="turn",
    audience=Audience.VENDOR,
)
STEP_SECRET_SHOWN = event(
    "journey.secret", _("looked at the secret of the webhook step “{step}”"), icon="key", audience=Audience.VENDOR
)
STEP_SECRET_RENEWED = event(
    "journey.secret_renewed", _("made a new secret for the webhook step “{step}”"), icon="key", audience=Audience.VENDOR
)
STEP_ANSWERED = event(
    "step.answered",
    _("answered “{step}”"),
    alone=_("The receiver answered “{step}”: {status}"),
    icon="ask",
    audience=Audience.VENDOR,
)
STEP_OPENED = event("step.opened", _("opened “{step}”"), alone=_("“{step}” is to be done"), icon="flag")
STEP_STARTED = event("step.started", _("started “{step}”"), alone=_("“{step}” was started"), icon="clock")
STEP_CALLED = event("step.called", _("started “{step}”"), alone=_("“{step}” was started"), icon="clock")
STEP_DONE = event("step.done", _("did “{step}”"), alone=_("“{step}” is done"), icon="ok", tone="good")
STEP_FAILED = event(
    "step.failed",
    _("did not let “{step}” pass: {error}"),
    alone=_("“{step}” failed"),
    icon="warn",
    tone="bad",
    audience=Audience.VENDOR,
)
STEP_SKIPPED = event(
    "step.skipped", _("skipped “{step}”: {why}"), alone=_("“{step}” was skipped: {why}"), icon="undo", tone="warn"
)
STEP_RETRIED = event(
    "step.retried", _("tried “{step}” again"), alone=_("“{step}” is tried again"), icon="turn", audience=Audience.VENDOR
)
STEP_REASSIGNED = event("step.reassigned", _("gave “{step}” to {owner}"), icon="user")
STEP_REMINDED = event("step.reminded", _("was reminded"), alone=_("Reminder: “{step}” is to be done"), icon="clock")
STEP_ESCALATED = event(
    "step.escalated",
    _("is late with “{step}”"),
    alone=_("“{step}” takes too long: told to the partner manager"),
    icon="warn",
    tone="bad",
    audience=Audience.VENDOR,
)
STEP_PLANNED = event("step.planned", _("set “{step}” for {at}"), icon="calendar")
STEP_FILE_ADDED = event("step.file_added", _("added {file} to “{step}”"), icon="file")

# -- Applications: the vendor's eyes only. The applicant reads its own page, not a timeline.
APPLICATION_SENT = event(
    "application.sent", _("sent the form"), alone=_("The form was sent"), icon="out", audience=Audience.VENDOR
)
APPLICATION_SUBMITTED = event(
    "application.submitted",
    _("applied for {name}"),
    alone=_("{name} applied; the address is proven"),
    icon="out",
    audience=Audience.VENDOR,
)
APPLICATION_ENDED = event(
    "application.ended",
    _("ended before it reached the vendor"),
    alone=_("Ended before it reached the vendor"),
    icon="x",
    audience=Audience.VENDOR,
)
APPLICATION_ASKED = event("application.asked", _("asked: {message}"), icon="ask", tone="warn", audience=Audience.VENDOR)
APPLICATION_ANSWERED = event(
    "application.answered",
    _("answered: {message}"),
    alone=_("The applicant answered: {message}"),
    icon="pen",
    audience=Audience.VENDOR,
)
APPLICATION_REMINDED = event(
    "application.reminded",
    _("reminded the applicant"),
    alone=_("The applicant was reminded of the question"),
    icon="clock",
    audience=Audience.VENDOR,
)
APPLICATION_WAITLISTED = event(
    "application.waitlisted", _("put it on the waiting list"), icon="queue", audience=Audience.VENDOR
)
APPLICATION_APPROVED = event(
    "application.approved",
    _("approved the application"),
    alone=_("Approved by rule: {why}"),
    icon="shield",
    tone="good",
    audience=Audience.VENDOR,
)
APPLICATION_DECLINED = event(
    "application.declined",
    _("declined the application: {reason}"),
    alone=_("Declined by rule: {why}"),
    icon="no",
    tone="bad",
    audience=Audience.VENDOR,
)
APPLICATION_WITHDRAWN = event(
    "application.withdrawn",
    _("withdrew the application"),
    alone=_("The applicant withdrew it"),
    icon="undo",
    audience=Audience.VENDOR,
)
APPLICATION_NOTED = event("application.noted", _("wrote a note"), icon="pen", audience=Audience.VENDOR)
APPLICATION_OVERDUE = event(
    "application.overdue",
    _("is late"),
    alone=_("The service level has passed: told to the partner managers"),
    icon="warn",
    tone="bad",
    audience=Audience.VENDOR,
)
