"""What happens to schemes, points and tiers, and to facts from outside."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

SCHEME_MADE = event("scheme.made", _("began version {number} of {name}"), icon="tier", audience=Audience.VENDOR)
SCHEME_CHANGED = event("scheme.changed", _("changed version {number} of {name}"), icon="pen", audience=Audience.VENDOR)
SCHEME_PUBLISHED = event(
    "scheme.published",
    _("published version {number} of {name}, in force from {from}"),
    icon="tier",
    tone="good",
    audience=Audience.VENDOR,
)
SCHEME_WITHDRAWN = event(
    "scheme.withdrawn", _("took version {number} of {name} back"), icon="undo", audience=Audience.VENDOR
)
SCHEME_DISCARDED = event(
    "scheme.discarded", _("discarded version {number} of {name}"), icon="x", audience=Audience.VENDOR
)
SCHEME_ACTIVATED = event(
    "scheme.activated",
    _("brought version {number} of {name} into force"),
    alone=_("Version {number} of {name} came into force"),
    icon="tier",
    audience=Audience.VENDOR,
)
SCHEME_TRIED = event(
    "scheme.tried", _("tried version {number} of {name} on {months} months"), icon="tier", audience=Audience.VENDOR
)
TIER_RAISED = event(
    "tier.raised", _("raised the tier to {tier}"), alone=_("Reached {tier}: {why}"), icon="star", tone="good"
)
TIER_LOWERED = event(
    "tier.lowered", _("lowered the tier to {tier}: {why}"), alone=_("Now {tier}: {why}"), icon="tier", tone="warn"
)
TIER_WARNED = event(
    "tier.warned",
    _("was warned"),
    alone=_("{days} days before the review, {tier} isn’t secured: {missing}"),
    icon="warn",
    tone="warn",
)
REVIEW_GRACE = event(
    "review.grace",
    _("began the grace period"),
    alone=_("The review found that {tier} isn’t reached; until {until} it can still be"),
    icon="clock",
    tone="warn",
)
REVIEW_PROPOSED = event(
    "review.proposed",
    _("proposed to lower the tier"),
    alone=_("{tier} isn’t reached: the partner manager decides"),
    icon="ask",
    tone="warn",
    audience=Audience.VENDOR,
)
REVIEW_RECOVERED = event("review.recovered", _("caught up"), alone=_("{tier} is secured again"), icon="ok", tone="good")
REVIEW_KEPT = event("review.kept", _("let {tier} stay: {reason}"), icon="ok", tone="good")
REVIEW_LOWERED = event("review.lowered", _("decided the review: {tier} ends"), icon="tier", tone="warn")
OVERRIDE_GIVEN = event("override.given", _("gave {tier} until {until}: {reason}"), icon="star")
OVERRIDE_ENDED = event("override.ended", _("ended {tier} by hand"), alone=_("{tier} by hand has ended"), icon="clock")
POINTS_ADJUSTED = event("points.adjusted", _("booked {points} points by hand: {reason}"), icon="plus")
SPECIALISATION_GAINED = event(
    "specialisation.gained", _("gained {name}"), alone=_("Recognised for {name}"), icon="star", tone="good"
)
SPECIALISATION_ENDED = event(
    "specialisation.ended", _("lost {name}"), alone=_("The recognition for {name} has ended"), icon="clock"
)
ACHIEVEMENTS_BOOKED = event(
    "achievements.booked",
    _("recorded certificates or courses ({count})"),
    alone=_("Certificates or courses were recorded ({count})"),
    icon="star",
)
ACHIEVEMENTS_MOVED = event(
    "achievements.moved",
    _("moved certificates"),
    alone=_("Certificates moved with the people who hold them"),
    icon="star",
)
WAITING_IGNORED = event(
    "fact.ignored", _("set a row of the work list aside: {reason}"), icon="no", audience=Audience.VENDOR
)
WAITING_HELPED = event("fact.helped", _("helped a row of the work list"), icon="link", audience=Audience.VENDOR)
