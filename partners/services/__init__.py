"""Writes to seats, invitations, company sign-in and tokens."""

from partners.services.arrivals import Newcomer, accept_invitation
from partners.services.branding import Branding, change_branding, reset_branding, store_logo
from partners.services.enrolling import Applicant, end_onboarding, enrol_applicant, invite_applicant
from partners.services.invitations import (
    Invitee,
    hold_invitation,
    invite_people,
    invite_team,
    resend_invitation,
    revoke_invitation,
    send_held_invitation,
)
from partners.services.joining import (
    Asking,
    approve_join,
    ask_to_join,
    clear_join_requests,
    confirm_join,
    decline_join,
    find_asking,
)
from partners.services.merging import (
    confirm_merge,
    decline_merge,
    propose_merge,
    undo_merge,
    withdraw_merge,
)
from partners.services.people import disable_person, enable_person, remove_second_step
from partners.services.profile import (
    change_parent,
    change_partner_logo,
    change_profile,
    fill_profile,
    store_partner_logo,
)
from partners.services.providers import (
    ProviderFacts,
    add_provider,
    change_provider,
    forget_identity,
    let_in,
    open_sign_in,
    record_test,
    require_company_sign_in,
    switch_provider,
)
from partners.services.seats import change_seat
from partners.services.taking_over import ListedPartner, change_listed, enrol_listed
from partners.services.tokens import SCOPES, make_token, revoke_token
from partners.services.type_changes import confirm_type, decline_type, propose_type, undo_type, withdraw_type
from partners.services.viewings import VIEWING_LASTS, end_overdue_viewings, end_viewing, start_viewing

__all__ = [
    "SCOPES",
    "VIEWING_LASTS",
    "Applicant",
    "Asking",
    "Branding",
    "Invitee",
    "ListedPartner",
    "Newcomer",
    "ProviderFacts",
    "accept_invitation",
    "add_provider",
    "approve_join",
    "ask_to_join",
    "change_branding",
    "change_listed",
    "change_parent",
    "change_partner_logo",
    "change_profile",
    "change_provider",
    "change_seat",
    "clear_join_requests",
    "confirm_join",
    "confirm_merge",
    "confirm_type",
    "decline_join",
    "decline_merge",
    "decline_type",
    "disable_person",
    "enable_person",
    "end_onboarding",
    "end_overdue_viewings",
    "end_viewing",
    "enrol_applicant",
    "enrol_listed",
    "fill_profile",
    "find_asking",
    "forget_identity",
    "hold_invitation",
    "invite_applicant",
    "invite_people",
    "invite_team",
    "let_in",
    "make_token",
    "open_sign_in",
    "propose_merge",
    "propose_type",
    "record_test",
    "remove_second_step",
    "require_company_sign_in",
    "resend_invitation",
    "reset_branding",
    "revoke_invitation",
    "revoke_token",
    "send_held_invitation",
    "start_viewing",
    "store_logo",
    "store_partner_logo",
    "switch_provider",
    "undo_merge",
    "undo_type",
    "withdraw_merge",
    "withdraw_type",
]
