"""How statuses look: tone and icon beside the word, the same on every page."""

from __future__ import annotations

from dealreg.enums import AppealState, Outcome, Status
from dealreg.leads.enums import LeadState, OfferState
from onboarding.enums import AgreementState, ApplicationState, ProspectState
from partners.enums import EnrollmentStatus, LifeStage
from standing.enums import ReviewState

STATUS_LOOK = {
    Status.SUBMITTED: ("info", "out"),
    Status.IN_REVIEW: ("info", "clock"),
    Status.INFORMATION_REQUESTED: ("warn", "ask"),
    Status.APPROVED: ("good", "shield"),
    Status.DECLINED: ("bad", "no"),
    Status.WITHDRAWN: ("", "x"),
    Status.EXPIRED: ("", "clock"),
}
APPEAL_LOOK = {
    AppealState.OPEN: ("warn", "split"),
    AppealState.UPHELD: ("", "no"),
    AppealState.OVERTURNED: ("good", "ok"),
    AppealState.PARTLY: ("info", "ok"),
    AppealState.WITHDRAWN: ("", "undo"),
}
OUTCOME_LOOK = {Outcome.OPEN: ("", "deal"), Outcome.WON: ("good", "done"), Outcome.LOST: ("", "no")}
ENROLLMENT_LOOK = {
    EnrollmentStatus.APPLICANT: ("info", "user"),
    EnrollmentStatus.ONBOARDING: ("info", "learn"),
    EnrollmentStatus.ACTIVE: ("good", "ok"),
    EnrollmentStatus.SUSPENDED: ("warn", "pause"),
    EnrollmentStatus.RETIRED: ("", "x"),
}
STAGE_LOOK = {
    LifeStage.RECRUIT: ("info", "user"),
    LifeStage.ONBOARD: ("info", "learn"),
    LifeStage.GROW: ("good", "ok"),
    LifeStage.AT_RISK: ("warn", "warn"),
    LifeStage.SUSPENDED: ("warn", "pause"),
    LifeStage.RETIRED: ("", "x"),
}
REVIEW_LOOK = {
    ReviewState.WARNED: ("warn", "bell"),
    ReviewState.GRACE: ("warn", "clock"),
    ReviewState.PROPOSED: ("info", "ask"),
    ReviewState.RECOVERED: ("good", "ok"),
    ReviewState.KEPT: ("good", "shield"),
    ReviewState.LOWERED: ("", "down"),
}
PROSPECT_LOOK = {
    ProspectState.FOUND: ("", "find"),
    ProspectState.CONTACTED: ("info", "out"),
    ProspectState.INVITED: ("info", "mail"),
    ProspectState.APPLIED: ("good", "ok"),
    ProspectState.DROPPED: ("", "x"),
}
APPLICATION_LOOK = {
    ApplicationState.DRAFT: ("", "pen"),
    ApplicationState.UNCONFIRMED: ("", "mail"),
    ApplicationState.SUBMITTED: ("info", "out"),
    ApplicationState.ASKED: ("warn", "ask"),
    ApplicationState.WAITLISTED: ("", "pause"),
    ApplicationState.APPROVED: ("good", "ok"),
    ApplicationState.DECLINED: ("bad", "no"),
    ApplicationState.WITHDRAWN: ("", "x"),
}
AGREEMENT_LOOK = {
    AgreementState.SENT: ("warn", "pen"),
    AgreementState.SIGNED: ("info", "clock"),
    AgreementState.IN_FORCE: ("good", "shield"),
    AgreementState.EXPIRED: ("", "clock"),
    AgreementState.REPLACED: ("", "split"),
    AgreementState.CANCELLED: ("", "x"),
}
LEAD_LOOK = {
    LeadState.NEW: ("warn", "bell"),
    LeadState.OFFERED: ("info", "out"),
    LeadState.ACCEPTED: ("info", "ok"),
    LeadState.WORKING: ("good", "ask"),
    LeadState.CONVERTED: ("good", "deal"),
    LeadState.RETURNED: ("warn", "undo"),
    LeadState.DISQUALIFIED: ("", "no"),
    LeadState.EXHAUSTED: ("bad", "warn"),
}
LEAD_OFFER_LOOK = {
    OfferState.OPEN: ("warn", "lead"),
    OfferState.ACCEPTED: ("good", "ok"),
    OfferState.DECLINED: ("", "no"),
    OfferState.LAPSED: ("", "clock"),
    OfferState.RECALLED: ("", "undo"),
    OfferState.LOST: ("", "x"),
    OfferState.RETURNED: ("", "undo"),
}
LOOKS = {
    ("dealreg.lead", "state"): LEAD_LOOK,
    ("dealreg.leadoffer", "state"): LEAD_OFFER_LOOK,
    ("onboarding.application", "state"): APPLICATION_LOOK,
    ("standing.tierreview", "state"): REVIEW_LOOK,
    ("onboarding.prospect", "state"): PROSPECT_LOOK,
    ("dealreg.deal", "status"): STATUS_LOOK,
    ("dealreg.deal", "outcome"): OUTCOME_LOOK,
    ("partners.enrollment", "status"): ENROLLMENT_LOOK,
    ("onboarding.agreement", "state"): AGREEMENT_LOOK,
}
"""By model and field, for pages that show any model."""
