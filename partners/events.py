"""What happens to partners, seats and tokens."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

VENDOR_MADE = event(
    "vendor.made",
    _("set the vendor up"),
    alone=_("The vendor was set up with the program {program}"),
    icon="building",
    audience=Audience.VENDOR,
)
VENDOR_BRANDED = event("vendor.branded", _("changed the logo or colour"), icon="swatch", audience=Audience.VENDOR)
PARTNER_ENROLLED = event(
    "partner.enrolled",
    _("enrolled {partner} in {program}"),
    alone=_("{partner} was enrolled in {program}"),
    icon="building",
)
PROFILE_CHANGED = event("profile.changed", _("changed the profile: {fields}"), icon="building")
PARTNER_LOGO_CHANGED = event("profile.logo", _("changed the logo"), icon="swatch")
PARENT_CHANGED = event("profile.parent", _("changed where the organisation belongs"), icon="building")
TYPE_PROPOSED = event("type.proposed", _("proposed that {name} is of another kind: {after}"), icon="swatch")
TYPE_CHANGED = event("type.changed", _("made {name} another kind of partner: {after}"), icon="swatch", tone="good")
TYPE_DECLINED = event("type.declined", _("declined that {name} is of another kind: {after}"), icon="no")
TYPE_WITHDRAWN = event("type.withdrawn", _("took back the proposal that {name} is of another kind"), icon="x")
TYPE_UNDONE = event("type.undone", _("made {name} the kind of partner again that it was"), icon="undo", tone="warn")
PROFILE_TYPE = event("profile.type", _("changed the kind of partner"), icon="swatch")
MERGE_PROPOSED = event("merge.proposed", _("proposed to merge {absorbed} into {kept}"), icon="split")
MERGE_CONFIRMED = event("merge.confirmed", _("confirmed the merge for {name}"), icon="ok")
MERGE_DONE = event("merge.done", _("merged {absorbed} into {kept}"), icon="split", tone="good")
MERGE_DECLINED = event("merge.declined", _("declined the merge of {absorbed} into {kept}"), icon="no")
MERGE_WITHDRAWN = event("merge.withdrawn", _("took back the proposal to merge {absorbed} into {kept}"), icon="x")
MERGE_UNDONE = event("merge.undone", _("undid the merge of {absorbed} into {kept}"), icon="undo", tone="warn")
RECORD_MERGED = event(
    "enrollment.merged", _("merged the partner’s records: {absorbed} is {kept} from now on"), icon="split"
)
RECORD_PARTED = event("enrollment.parted", _("parted the partner’s records again: {absorbed} and {kept}"), icon="undo")
SEAT_CHANGED = event("seat.changed", _("changed a colleague’s role or access"), icon="team")
INVITATION_SENT = event("invitation.sent", _("invited {email} as {role}"), icon="mail")
INVITATION_RESENT = event("invitation.resent", _("sent {email} the invitation again"), icon="mail")
INVITATION_REVOKED = event("invitation.revoked", _("took back the invitation of {email}"), icon="x")
INVITATION_ACCEPTED = event("invitation.accepted", _("accepted the invitation as {role}"), icon="team", tone="good")
JOIN_ASKED = event("join.asked", _("asks to join"), alone=_("{name} ({email}) asks to join the team"), icon="user")
JOIN_APPROVED = event("join.approved", _("let {email} join as {role}"), icon="team", tone="good")
JOIN_DECLINED = event("join.declined", _("declined that {email} joins"), icon="no")
PROVIDER_ADDED = event("provider.added", _("set up the company sign-in “{name}”"), icon="key", audience=Audience.VENDOR)
PROVIDER_CHANGED = event(
    "provider.changed", _("changed the company sign-in “{name}”"), icon="key", audience=Audience.VENDOR
)
PROVIDER_TESTED = event(
    "provider.tested", _("tested the company sign-in “{name}”"), icon="key", audience=Audience.VENDOR
)
COMPANY_SIGN_IN_CHANGED = event(
    "sign_in.changed",
    _("changed whether staff must use the company sign-in"),
    alone=_("Whether staff must use the company sign-in was changed from the command line"),
    icon="lock",
    audience=Audience.VENDOR,
)
TOKEN_MADE = event("token.made", _("made the API token “{name}”"), icon="key", audience=Audience.VENDOR)
TOKEN_REVOKED = event("token.revoked", _("revoked the API token “{name}”"), icon="key", audience=Audience.VENDOR)
MANAGER_CHANGED = event("enrollment.manager", _("changed the partner manager"), icon="user")
ONBOARDING_STARTED = event(
    "enrollment.onboarding",
    _("started the onboarding: {reason}"),
    alone=_("The onboarding began: {reason}"),
    icon="team",
)
ENROLLMENT_ACTIVATED = event(
    "enrollment.activated",
    _("made the enrollment active: {reason}"),
    alone=_("The enrollment is active: {reason}"),
    icon="ok",
    tone="good",
)
ENROLLMENT_SUSPENDED = event("enrollment.suspended", _("suspended the enrollment: {reason}"), icon="pause", tone="warn")
ENROLLMENT_RETIRED = event("enrollment.retired", _("retired the enrollment: {reason}"), icon="x", tone="bad")
VIEWING_STARTED = event(
    "viewing.started", _("began to view the portal as {partner}: {role}"), icon="eye", audience=Audience.VENDOR
)
VIEWING_ENDED = event(
    "viewing.ended",
    _("stopped viewing the portal as {partner}"),
    alone=_("Viewing the portal as {partner} ended by itself"),
    icon="eye",
    audience=Audience.VENDOR,
)
PERSON_DISABLED = event("person.disabled", _("closed the account"), icon="lock", audience=Audience.VENDOR)
PERSON_ENABLED = event("person.enabled", _("opened the account again"), icon="lock", audience=Audience.VENDOR)
RATES_CHANGED = event(
    "rates.changed",
    _("changed exchange rates ({count})"),
    alone=_("Exchange rates were changed ({count})"),
    icon="money",
    audience=Audience.VENDOR,
)
