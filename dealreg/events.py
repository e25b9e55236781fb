"""What happens to deals."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

SUBMITTED = event("deal.submitted", _("submitted the registration"), icon="out")
TAKEN_OVER = event(
    "deal.taken_over",
    _("took the registration over from another system, where it was {old}"),
    alone=_("Taken over from another system, where it was {old}"),
    icon="upload",
)
OWNER_ARRIVED = event("deal.owner_arrived", _("became its owner"), alone=_("{who} became its owner"), icon="user")
TAKEN = event("deal.taken", _("took up the review"), icon="user", audience=Audience.VENDOR)
REASSIGNED = event(
    "deal.reassigned",
    _("gave the review from {before} to {to}"),
    alone=_("The review went from {before} to {to}"),
    icon="user",
    audience=Audience.VENDOR,
)
STOOD_IN = event("deal.stood_in", _("did so in place of {absent}, who is away"), icon="user", audience=Audience.VENDOR)
UNCOVERED = event(
    "deal.uncovered",
    _("told the partner manager: {absent} can’t decide it"),
    alone=_("{absent} can’t decide it and nobody stands in: told to the partner manager"),
    icon="warn",
    tone="warn",
    audience=Audience.VENDOR,
)
AWAY = event(
    "absence.planned",
    _("entered that {absent} is away from {first} to {last}, and {stand_in} stands in"),
    icon="user",
    audience=Audience.VENDOR,
)
BACK = event("absence.ended", _("entered that {absent} is back"), icon="user", audience=Audience.VENDOR)
ADDRESS_MADE = event("mail_address.made", _("has a new address for forwarded mails"), icon="mail")
MAIL_RECEIVED = event("mail.received", _("forwarded a mail that became a draft"), icon="mail")
ASKED = event(
    "deal.information_requested",
    _("asked: {message}"),
    alone=_("Asked by rule: {message}"),
    icon="ask",
    tone="warn",
)
ANSWERED = event("deal.answered", _("answered"), icon="pen")
APPROVED = event(
    "deal.approved",
    _("approved the registration"),
    alone=_("The registration was approved by rule"),
    icon="shield",
    tone="good",
)
DECLINED = event(
    "deal.declined",
    _("declined the registration: {reason}"),
    alone=_("The registration was declined by rule: {reason}"),
    icon="no",
    tone="bad",
)
WITHDRAWN = event("deal.withdrawn", _("withdrew the registration"), icon="undo")
EXPIRED = event("deal.expired", _("let the protection expire"), alone=_("The protection expired"), icon="clock")
RELEASED = event(
    "deal.released",
    _("released the deal: {reason}"),
    alone=_("The protection was released: {reason}"),
    icon="undo",
)
RESTORED = event(
    "deal.restored",
    _("protected the deal again"),
    alone=_("The deal is protected again as it was"),
    icon="shield",
    tone="good",
)
SET_ASIDE = event(
    "deal.set_aside",
    _("set the registration aside: {reason}"),
    alone=_("The registration was set aside: {reason}"),
    icon="undo",
)
SHORTENED = event(
    "deal.shortened",
    _("shortened the protection until {until}: {reason}"),
    alone=_("The protection ends on {until}: {reason}"),
    icon="clock",
)
EXTENSION_ASKED = event("deal.extension_asked", _("asked for {days} more days: {reason}"), icon="clock", tone="warn")
EXTENDED = event(
    "deal.extended",
    _("extended the protection until {until}"),
    alone=_("The protection was extended by rule until {until}"),
    icon="shield",
    tone="good",
)
EXTENSION_REFUSED = event("deal.extension_refused", _("didn’t extend the protection: {message}"), icon="no", tone="bad")
EXTENSION_WITHDRAWN = event("deal.extension_withdrawn", _("took the request for more time back"), icon="undo")
EXTENSION_LAPSED = event(
    "deal.extension_lapsed",
    _("let the request for more time lapse"),
    alone=_("The request for more time ended with the protection"),
    icon="clock",
)
OFFERED = event(
    "deal.offered",
    _("was offered protection until {until}"),
    alone=_("Protection is offered until {until}"),
    icon="shield",
)
OFFER_ACCEPTED = event("deal.offer_accepted", _("accepted the offer of protection"), icon="ok", tone="good")
OFFER_REFUSED = event("deal.offer_refused", _("declined the offer of protection"), icon="no")
OFFER_LAPSED = event(
    "deal.offer_lapsed", _("let the offer of protection lapse"), alone=_("The offer of protection lapsed"), icon="clock"
)
OFFER_ENDED = event(
    "deal.offer_ended",
    _("settled the offer of protection"),
    alone=_("The offer of protection was settled"),
    icon="undo",
)
GIVEN_UP = event("deal.given_up", _("released the protection: {reason}"), icon="undo")
OVERRIDDEN = event(
    "deal.overridden",
    _("moved the protection here from {displaced}, on the customer’s written wish: {reason}"),
    icon="split",
    tone="warn",
    audience=Audience.VENDOR,
)
DISPLACED = event(
    "deal.displaced",
    _("ended the protection"),
    alone=_("The customer said in writing whom it works with: the protection ended"),
    icon="split",
    tone="bad",
)
REINSTATED = event(
    "deal.reinstated",
    _("put the registration back under protection"),
    alone=_("Approved after the appeal: protected from now on"),
    icon="shield",
    tone="good",
)
RECONSIDERED = event(
    "deal.reconsidered",
    _("took the registration back into review"),
    alone=_("In review again after the appeal; its place in line is the old one"),
    icon="clock",
)
APPEALED = event("deal.appealed", _("appealed: {reason}"), icon="split", tone="warn")
APPEAL_UPHELD = event(
    "deal.appeal_upheld", _("decided the appeal, the decision stands: {message}"), icon="no", tone="bad"
)
APPEAL_OVERTURNED = event(
    "deal.appeal_overturned", _("decided the appeal, the decision is overturned: {message}"), icon="ok", tone="good"
)
APPEAL_PARTLY = event("deal.appeal_partly", _("granted the appeal in part: {message}"), icon="ok", tone="good")
APPEAL_WITHDRAWN = event("deal.appeal_withdrawn", _("took the appeal back"), icon="undo")
APPEAL_LAPSED = event(
    "deal.appeal_lapsed",
    _("let the appeal lapse"),
    alone=_("The appeal ended with the registration or its outcome"),
    icon="clock",
)
APPEAL_OVERDUE = event(
    "deal.appeal_overdue",
    _("is late with the appeal"),
    alone=_("The appeal’s service level has passed: told to the partner manager"),
    icon="warn",
    tone="bad",
    audience=Audience.VENDOR,
)
HANDED_OVER = event("deal.handed_over", _("handed the deal over from {leaving} to {to}"), icon="user")
DRAFTS_HANDED_OVER = event("seat.handed_over", _("handed over {deals} deals and {drafts} drafts to {to}"), icon="user")
EXPIRING = event(
    "deal.expiring",
    _("was reminded"),
    alone=_("Reminder: the protection ends in {days} days"),
    icon="clock",
    tone="warn",
)
OVERDUE = event(
    "deal.overdue",
    _("is late"),
    alone=_("The service level has passed: told to the partner manager"),
    icon="warn",
    tone="bad",
    audience=Audience.VENDOR,
)
STALLED = event("deal.stalled", _("found it stalled"), alone=_("Stalled: {reason}"), icon="pause", tone="warn")
TERM_ENDING = event(
    "deal.term_ending", _("was reminded"), alone=_("Reminder: what was won runs until {until}"), icon="calendar"
)
TEAM_PROPOSED = event("deal.team_proposed", _("proposed a deal team, version {number}"), icon="team")
TEAM_AGREED = event(
    "deal.team_agreed",
    _("was the last to agree: deal team {number} holds"),
    alone=_("Everyone agreed: deal team {number} holds"),
    icon="ok",
    tone="good",
)
TEAM_DECLINED = event(
    "deal.team_declined",
    _("declined the deal team"),
    alone=_("{name} declined deal team {number}: {message}"),
    icon="no",
    tone="warn",
)
TEAM_WITHDRAWN = event("deal.team_withdrawn", _("took back the proposed deal team {number}"), icon="undo")
TEAM_LEFT = event(
    "deal.team_left",
    _("left the deal team"),
    alone=_("{name} left the deal team: {message}"),
    icon="out",
    tone="warn",
)
SHARE_INVITED = event("team.invited", _("proposed a share in a deal"), icon="team")
SHARE_ANSWERED = event("team.answered", _("answered a share in a deal: {answer}"), icon="team")
SHARE_AGREED = event("team.agreed", _("agreed"), alone=_("Everyone agreed on the deal team"), icon="ok", tone="good")
SHARE_CLOSED = event("team.closed", _("took it back"), alone=_("The proposed deal team doesn’t hold"), icon="undo")
FOLLOWED = event("deal.followed", _("began a follow-up: {kind}"), icon="turn")
WON = event("deal.won", _("won the deal: {value}"), icon="ok", tone="good")
LOST = event("deal.lost", _("lost the deal: {reason}"), icon="x", tone="bad")
REOPENED = event("deal.reopened", _("opened the deal again"), icon="undo")
CHANGED = event("deal.changed", _("changed {fields}"), icon="pen")
PRICE_ASKED = event("deal.price_asked", _("asked for a special price"), icon="money")
PRICE_DECIDED = event("deal.price_decided", _("decided on the special price: {outcome}"), icon="money")
FILLED_IN = event("deal.filled_in", _("filled in {fields}"), icon="pen", audience=Audience.VENDOR)
COMMENTED = event("deal.commented", _("commented"), icon="ask")
NOTED = event("deal.noted", _("wrote a note"), icon="pen", audience=Audience.VENDOR)
FILE_ADDED = event("deal.file_added", _("added {file}"), alone=_("{file} was added"), icon="file")
SEPARATED = event(
    "deal.customer_separated",
    _("decided that this is another customer: {reason}"),
    icon="split",
    audience=Audience.VENDOR,
)
CONFIRMED = event(
    "deal.customer_confirmed", _("confirmed the customer as {account}"), icon="link", audience=Audience.VENDOR
)
MATCHED = event(
    "deal.matched_again",
    _("gave a website that matches another account"),
    icon="find",
    audience=Audience.VENDOR,
)
OVERTOOK = event(
    "deal.overtook", _("let it go before {earlier}: {reason}"), icon="queue", tone="warn", audience=Audience.VENDOR
)
RULED = event(
    "deal.ruled",
    _("was judged by the rules: {outcome}"),
    alone=_("Rules of engagement: {outcome}"),
    icon="book",
    audience=Audience.VENDOR,
)
POLICY_BEGUN = event("policy.begun", _("began rules of engagement {reference}"), icon="book", audience=Audience.VENDOR)
POLICY_CHANGED = event(
    "policy.changed", _("changed the draft of rules of engagement {reference}"), icon="pen", audience=Audience.VENDOR
)
POLICY_DISCARDED = event(
    "policy.discarded", _("put rules of engagement {reference} away"), icon="trash", audience=Audience.VENDOR
)
POLICY_PUBLISHED = event(
    "policy.published",
    _("published rules of engagement {reference}, in force from {day}"),
    icon="ok",
    audience=Audience.VENDOR,
)
POLICY_ANNOUNCED = event(
    "policy.announced", _("announced rules of engagement {reference}, in force from {day}"), icon="book"
)
POLICY_TRIED = event(
    "policy.tried",
    _("tried rules of engagement {reference} on {months} months"),
    icon="chart",
    audience=Audience.VENDOR,
)
