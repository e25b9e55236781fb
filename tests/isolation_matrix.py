"""Who gets which answer where, and who may read what: the promise itself, written out rather than computed.

Columns are personas: at Brightpath its administrator, sales, marketing and technical (who reaches own deals only);
Kappel's sales; Isle's sales (retired at Northwind, active at Halden); Northwind's manager, approver, finance and
executive; Halden's manager and approver; the operator; a person without a seat; a stranger; and Northwind's manager who
views the portal as Brightpath's administrator: reads what both may read, and changes nothing.
"""

from __future__ import annotations

PERSONAS = {
    "adm": "brightpath_administrator",
    "sal": "brightpath_sales",
    "mkt": "brightpath_marketing",
    "tec": "brightpath_technical",
    "kap": "kappel_sales",
    "isl": "isle_sales",
    "man": "northwind_manager",
    "app": "northwind_approver",
    "fin": "northwind_finance",
    "exe": "northwind_executive",
    "hma": "halden_manager",
    "hap": "halden_approver",
    "ope": "operator",
    "nob": "nobody",
    "anon": "",
    "vie": "northwind_manager",
}
VIEWER, LEAVES = "vie", "view-as-leave"
"""Who only looks: every POST of the matrix is refused to it, but the one that leaves."""

GROUPS = {
    "brightpath": "adm sal mkt tec",
    "partners": "adm sal mkt tec kap isl vie",
    "northwind": "man app fin exe",
    "halden": "hma hap",
    "vendors": "man app fin exe hma hap",
    "seated": "adm sal mkt tec kap isl man app fin exe hma hap",
    "people": "adm sal mkt tec kap isl man app fin exe hma hap ope nob",
    "everyone": "adm sal mkt tec kap isl man app fin exe hma hap ope nob anon",
}


def members(words: str) -> frozenset[str]:
    """Return the personas that a list of personas and groups names."""
    return frozenset(persona for word in words.split() for persona in GROUPS.get(word, word).split())


AREAS = {
    # area      who is inside, and what the others get: in = led to sign-in
    "portal": ("partners", {"anon": "in"}),
    "desk": ("vendors", {"anon": "in"}),
    "person": ("people vie", {"anon": "in"}),
    "seated": ("seated", {"anon": "in"}),
    "system": ("ope", {"anon": "in"}),
    "open": ("everyone vie", {}),
    "api": ("seated", {"anon": "401"}),
    "console": ("man hma", dict.fromkeys(PERSONAS, "in") | {VIEWER: "403"}),
}
"""Inside the area without the right: 403 where the row is in sight, 404 where it isn't. Outside: 403, or as said."""

SIGHT = {
    "deal": {
        "nb": "adm sal mkt vie northwind",
        "nk": "kap northwind",
        "nt": "adm sal mkt tec vie northwind",
        "ni": "northwind",
        "hb": "adm sal mkt halden",
        "hi": "isl halden",
    },
    "draft": {"brightpath_sales": "sal", "kappel_sales": "kap"},
    "partner": {"brightpath": "vendors", "kappel": "northwind", "isle": "vendors"},
    "api_partner": {"brightpath": "brightpath vendors", "kappel": "kap northwind", "isle": "isl vendors"},
    "seat": {
        "brightpath_sales": "brightpath",
        "kappel_sales": "kap",
        "isle_sales": "isl",
        "northwind_manager": "",
        "halden_manager": "",
    },
    "template": {"any": "people"},
    "delivery": {"dead": "ope"},
    "token": {"brightpath_sales": "sal", "kappel_sales": "kap", "northwind_manager": "man", "halden_manager": "hma"},
    "mail": {
        "brightpath_sales": "sal",
        "kappel_sales": "kap",
        "isle_sales": "isl",
        "northwind_approver": "app",
        "halden_approver": "hap",
    },
    "account": {"n": "northwind", "h": "halden"},
    "shared": {"n": "brightpath kap northwind", "h": "brightpath isl halden"},
    "enrollment": {
        "nb": "brightpath vie northwind",
        "nk": "kap northwind",
        "ni": "northwind",
        "hb": "brightpath halden",
        "hi": "isl halden",
    },
    # Seats that reach only their own records see the events that they caused.
    "event": {
        "nb": "adm sal mkt northwind",
        "nk": "kap northwind",
        "nt": "adm sal mkt northwind",
        "ni": "northwind",
        "hb": "adm sal mkt halden",
        "hi": "isl halden",
    },
    "note_event": {
        "nb": "northwind",
        "nk": "northwind",
        "nt": "northwind",
        "ni": "northwind",
        "hb": "halden",
        "hi": "halden",
    },
    "console": {"n": "man", "h": "hma"},
    "enrollment_move": {"n": "northwind", "h": "halden"},
    # A retired partner stays in the vendor's sight: Isle is Halden's, and was Northwind's.
    "console_partner": {"n": "man", "h": "man hma"},
}
SIGHT["sale"] = {
    "nb": "adm sal mkt vie northwind",
    "nk": "kap northwind",
    "ni": "northwind",
    "hb": "adm sal mkt halden",
    "hi": "isl halden",
}
SIGHT["holding"] = SIGHT["sale"]
# Usage and answers are the vendor's to read, though they are about the partner.
SIGHT["usage"] = SIGHT["answer"] = SIGHT["sale"]
SIGHT["waiting"] = SIGHT["waiting_row"] = {"n": "northwind", "h": "halden"}
SIGHT["deal_file"] = SIGHT["deal"]
SIGHT["special_price"] = {name: SIGHT["deal"][name] for name in ("nb", "nk", "hb")}
SIGHT["extension"] = SIGHT["api_extension"] = {name: SIGHT["deal"][name] for name in ("nt", "nk", "hb")}
SIGHT["appeal"] = SIGHT["api_appeal"] = SIGHT["offer"] = SIGHT["api_offer"] = SIGHT["extension"]
SIGHT["mail_text"] = SIGHT["text_preview"] = {"any": "vendors"}
SIGHT["lost_mail"] = SIGHT["lost_delivery"] = {"n": "northwind", "h": "halden"}
SIGHT["test_mail"] = {"brightpath_sales": "sal", "northwind_manager": "man"}
SIGHT["suppression"] = {"any": "ope"}
SIGHT["mail_link"] = SIGHT["address_link"] = {"any": "everyone"}
SIGHT["saved_view"] = SIGHT["token"]
SIGHT["staff"] = {
    "brightpath_sales": "",
    "kappel_sales": "",
    "isle_sales": "",
    "northwind_manager": "northwind",
    "halden_manager": "halden",
}
SIGHT["job"] = SIGHT["job_file"] = {
    "brightpath_sales": "sal",
    "kappel_sales": "kap",
    "northwind_approver": "app",
    "halden_manager": "hma",
    "northwind_import": "man",
}
SIGHT["prospect"] = SIGHT["prospect_move"] = {"n": "northwind", "h": "halden"}
SIGHT["ideal_profile"] = SIGHT["ideal_criterion"] = SIGHT["weight_fit"] = SIGHT["api_prospect"] = SIGHT["prospect"]
SIGHT["journey_secrets"] = SIGHT["prospect"]
SIGHT["policy_draft"] = SIGHT["policy_part"] = SIGHT["prospect"]
SIGHT["api_list"] = SIGHT["import_kind"] = {"any": "vendors"}
SIGHT["absence"] = {"n": "northwind", "h": "halden"}
SIGHT["lead"] = SIGHT["lead_plan"] = {"n": "northwind", "h": "halden"}
SIGHT["lead_offer"] = {
    "nb": "adm sal vie northwind",
    "nk": "kap northwind",
    "held": "adm sal vie northwind",
    "hb": "adm sal halden",
}
SIGHT["shared_deal"] = {"nb": "kap", "hb": "isl"}
SIGHT["standing_by_hand"] = SIGHT["tier_review"] = SIGHT["tier_override"] = {"n": "northwind", "h": "halden"}
SIGHT["scheme_draft"] = SIGHT["scheme_section"] = SIGHT["scheme_part"] = SIGHT["scheme_need"] = SIGHT["scheme_undo"] = {
    "n": "northwind",
    "h": "halden",
}
SIGHT["cutover_step"] = SIGHT["crm"] = {"any": "vendors"}
SIGHT["import"] = {"n": "northwind", "h": "halden"}
SIGHT["agreement"] = SIGHT["enrollment"]
SIGHT["journey"] = SIGHT["journey_step"] = SIGHT["journey_meeting"] = SIGHT["step_file"] = SIGHT["enrollment"]
SIGHT["journey_version"] = SIGHT["journey_draft"] = SIGHT["journey_part"] = SIGHT["journey_stage"] = {
    "n": "northwind",
    "h": "halden",
}
SIGHT["agreement_template"] = SIGHT["agreement_version"] = {"n": "northwind", "h": "halden"}
SIGHT["tier_change"] = SIGHT["specialisation"] = SIGHT["points"] = SIGHT["enrollment"]
SIGHT["review"] = SIGHT["override"] = SIGHT["enrollment"]
SIGHT["scheme"] = SIGHT["trial"] = SIGHT["scheme_trial"] = {"n": "northwind", "h": "halden"}
SIGHT["invitation"] = {"brightpath": "brightpath", "kappel": "kap"}
SIGHT["staff_invitation"] = SIGHT["provider"] = {"northwind": "northwind", "halden": "halden"}
SIGHT["first_invitation"] = {"northwind": "northwind", "halden": "halden"}
SIGHT["join_request"] = {"brightpath": "brightpath", "kappel": "kap"}
SIGHT["file"] = SIGHT["deal"] | {"draft_brightpath_sales": "sal", "draft_kappel_sales": "kap"}
SIGHT["draft_file"] = SIGHT["draft"]
SIGHT["notification"] = SIGHT["mail"]
SIGHT["application"] = SIGHT["application_form"] = {"n": "northwind", "h": "halden"}
SIGHT["merge"] = {"n": "brightpath", "h": "brightpath"}
SIGHT["account_pair"] = SIGHT["account_merge"] = SIGHT["account_parts"] = SIGHT["account"]
SIGHT["type_change"] = {"n": "brightpath", "h": "brightpath"}
SIGHT["vendor_type_change"] = {"n": "northwind", "h": "halden"}
SIGHT["vendor_merge"] = {"n": "northwind", "h": "halden"}
SIGHT["product"] = SIGHT["program"] = SIGHT["shared"]

# address                        area     object        who may GET                who may POST
ROUTES = """
portal:home                      portal   -             partners                   -
portal:deal-list                 portal   -             partners                   -
portal:deal-board                portal   -             partners                   -
portal:deal-register             portal   -             adm sal kap isl            adm sal kap isl
portal:by-mail                   portal   -             adm sal kap isl            adm sal kap isl
portal:deal-check                portal   -             -                          adm sal kap isl
portal:deal-brings               portal   -             -                          adm sal kap isl
portal:draft                     portal   draft         adm sal kap isl            -
portal:draft-save                portal   draft         -                          adm sal kap isl
portal:draft-discard             portal   draft         -                          adm sal kap isl
portal:draft-restore             portal   draft         -                          adm sal kap isl
portal:draft-file-add            portal   draft         -                          adm sal kap isl
portal:draft-file-remove         portal   draft_file    -                          adm sal kap isl
portal:deal-detail               portal   deal          partners                   -
portal:deal-edit                 portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-stage                portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-answer               portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-withdraw             portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-win                  portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-lose                 portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-reopen               portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-extend               portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-extend-take-back     portal   extension     adm sal kap isl            adm sal kap isl
portal:deal-follow               portal   deal          -                          adm sal kap isl
portal:deal-relinquish           portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-offer-accept         portal   offer         adm sal kap isl            adm sal kap isl
portal:deal-offer-refuse         portal   offer         adm sal kap isl            adm sal kap isl
portal:deal-appeal               portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-appeal-take-back     portal   appeal        adm sal kap isl            adm sal kap isl
portal:deal-comment              portal   deal          adm sal mkt tec kap isl    adm sal mkt tec kap isl
portal:deal-price                portal   deal          adm sal kap isl            adm sal kap isl
portal:deal-file-add             portal   deal          adm sal mkt tec kap isl    adm sal mkt tec kap isl
portal:deal-team                 portal   deal          partners                   adm sal kap isl
portal:deal-team-withdraw        portal   deal          -                          adm sal kap isl
portal:shared-deal-list          portal   -             partners                   -
portal:shared-deal               portal   shared_deal   partners                   -
portal:shared-deal-answer        portal   shared_deal   -                          adm sal kap isl
portal:lead-list                 portal   -             adm sal kap isl vie        -
portal:lead                      portal   lead_offer    adm sal kap isl vie        -
portal:lead-accept               portal   lead_offer    -                          adm sal kap isl
portal:lead-decline              portal   lead_offer    -                          adm sal kap isl
portal:lead-contact              portal   lead_offer    -                          adm sal kap isl
portal:lead-return               portal   lead_offer    -                          adm sal kap isl
portal:lead-register             portal   lead_offer    -                          adm sal kap isl
portal:type-change               portal   type_change   adm                        -
portal:type-change-confirm       portal   type_change   -                          adm
portal:type-change-decline       portal   type_change   -                          adm
portal:type-change-undo          portal   type_change   -                          adm
portal:merge                     portal   merge         adm                        -
portal:merge-confirm             portal   merge         -                          adm
portal:merge-decline             portal   merge         -                          adm
portal:merge-undo                portal   merge         -                          adm
portal:profile                   portal   -             partners                   -
portal:profile-edit              portal   -             adm                        adm
portal:profile-logo              portal   -             adm                        adm
portal:profile-parent            portal   -             adm                        adm
portal:standing-list             portal   -             partners                   -
portal:standing                  portal   enrollment    partners                   -
portal:standing-points           portal   enrollment    partners                   -
portal:onboarding                portal   -             partners                   -
portal:engagement                portal   -             partners                   -
portal:journey                   portal   journey       partners                   -
portal:journey-step              portal   journey_step  partners                   adm sal mkt tec kap isl
portal:journey-calendar          portal   journey_step  partners                   -
portal:agreements                portal   -             adm vie                    -
portal:agreement                 portal   agreement     adm vie                    adm
portal:agreement-needed          portal   agreement     partners                   -
portal:agreement-text            portal   agreement     adm vie                    -
portal:agreement-document        portal   agreement     adm vie                    -
portal:agreement-sealed          portal   agreement     adm vie                    -
portal:sales                     portal   -             adm sal kap isl vie        -
portal:certificates              portal   -             partners                   -
portal:team                      portal   -             partners                   -
portal:seat                      portal   seat          adm                        adm
portal:seat-hand-over            portal   seat          adm                        adm
portal:join-request              portal   join_request  adm                        adm
portal:join-decline              portal   join_request  -                          adm
portal:invite                    portal   -             adm                        adm
portal:invite-several            portal   -             adm                        adm
portal:invitation-resend         portal   invitation    -                          adm
portal:invitation-revoke         portal   invitation    -                          adm
desk:onboarding                  desk     -             vendors                    -
desk:onboarding-tasks            desk     -             vendors                    -
desk:journey                     desk     journey       vendors                    -
desk:journey-cancel              desk     journey       man app hma hap            man app hma hap
desk:journey-migrate             desk     journey       man app hma hap            man app hma hap
desk:journey-step                desk     journey_meeting  vendors                 man app hma hap
desk:journey-calendar            desk     journey_meeting  vendors                 -
console:journeys                 desk     -             man hma                    -
console:journey-new              desk     -             man hma                    man hma
console:journey                  desk     journey_draft  man hma                   -
console:journey-compare          desk     journey_draft  man hma                   -
console:journey-data             desk     journey_draft  man hma                   man hma
console:journey-discard          desk     journey_draft  -                         man hma
console:journey-migration        desk     journey_version  man hma                 man hma
console:journey-move             desk     journey_draft  -                         man hma
console:journey-part             desk     journey_part  man hma                    man hma
console:journey-preview          desk     journey_draft  man hma                   -
console:journey-publish          desk     journey_draft  man hma                   man hma
console:journey-rename           desk     journey_draft  -                         man hma
console:journey-stage-add        desk     journey_draft  man hma                   man hma
console:journey-step-add         desk     journey_stage  man hma                   man hma
desk:queue                       desk     -             vendors                    -
desk:bulk-approve                desk     -             -                          man app hma hap
desk:bulk-hand-over              desk     -             -                          man app hma hap
desk:absences                    desk     -             vendors                    man app hma hap
desk:absence-end                 desk     absence       -                          man app hma hap
desk:deal-hand-over              desk     deal          man app hma hap            man app hma hap
desk:deal-list                   desk     -             vendors                    -
desk:deal-board                  desk     -             vendors                    -
desk:deal-detail                 desk     deal          vendors                    -
desk:deal-approve                desk     deal          man app hma hap            man app hma hap
desk:deal-decline                desk     deal          man app hma hap            man app hma hap
desk:deal-ask                    desk     deal          man app hma hap            man app hma hap
desk:deal-take                   desk     deal          -                          man app hma hap
desk:deal-separate               desk     deal          man app hma hap            man app hma hap
desk:deal-confirm                desk     deal          man app hma hap            man app hma hap
desk:deal-extension-grant        desk     extension     man app hma hap            man app hma hap
desk:deal-extension-refuse       desk     extension     man app hma hap            man app hma hap
desk:deal-appeal-uphold          desk     appeal        man app hma hap            man app hma hap
desk:deal-appeal-overturn        desk     appeal        man app hma hap            man app hma hap
desk:deal-appeal-settle          desk     appeal        man app hma hap            man app hma hap
desk:deal-override               desk     deal          man app hma hap            man app hma hap
desk:appeal-list                 desk     -             vendors                    -
desk:deal-comment                desk     deal          vendors                    man app fin hma hap
desk:deal-file-add               desk     deal          man app hma hap            man app hma hap
desk:deal-price                  desk     deal          man app hma hap            man app hma hap
desk:deal-fields                 desk     deal          man app fin hma hap        man app fin hma hap
desk:deal-team                   desk     deal          vendors                    man app hma hap
desk:deal-team-withdraw          desk     deal          -                          man app hma hap
desk:deal-team-answer            desk     deal          -                          man app hma hap
desk:lead-list                   desk     -             vendors                    -
desk:lead-add                    desk     -             man app hma hap            man app hma hap
desk:lead-results                desk     -             vendors                    -
desk:lead-several                desk     -             -                          man app hma hap
desk:lead-plan                   desk     lead_plan     vendors                    -
desk:lead-plan-confirm           desk     lead_plan     -                          man app hma hap
desk:lead                        desk     lead          vendors                    -
desk:lead-edit                   desk     lead          man app hma hap            man app hma hap
desk:lead-offer                  desk     lead          -                          man app hma hap
desk:lead-recall                 desk     lead          -                          man app hma hap
desk:lead-disqualify             desk     lead          -                          man app hma hap
desk:lead-reopen                 desk     lead          -                          man app hma hap
desk:application-queue           desk     -             vendors                    -
desk:application-bulk            desk     -             -                          man app hma hap
desk:application-detail          desk     application   vendors                    -
desk:application-approve         desk     application   man app hma hap            man app hma hap
desk:application-decline         desk     application   man app hma hap            man app hma hap
desk:application-ask             desk     application   man app hma hap            man app hma hap
desk:application-waitlist        desk     application   man app hma hap            man app hma hap
desk:application-note            desk     application   vendors                    man app hma hap
desk:agreements                  desk     -             vendors                    -
desk:agreement                   desk     agreement     vendors                    man hma
desk:agreement-take-back         desk     agreement     -                          man hma
desk:agreement-text              desk     agreement     vendors                    -
desk:agreement-document          desk     agreement     vendors                    -
desk:agreement-sealed            desk     agreement     vendors                    -
desk:agreement-send              desk     partner       man hma                    man hma
console:agreements               desk     -             man hma                    -
console:agreement-new            desk     -             man hma                    man hma
console:agreement                desk     agreement_template  man hma              man hma
console:agreement-settings       desk     agreement_template  man hma              man hma
console:agreement-version        desk     agreement_version  man hma               man hma
console:agreement-version-preview  desk   agreement_version  -                     man hma
console:agreement-version-pdf    desk     agreement_version  man hma               -
console:agreement-version-publish  desk   agreement_version  man hma               man hma
console:agreement-version-discard  desk   agreement_version  -                     man hma
check                            open     -             everyone                   everyone
desk:partner-list                desk     -             vendors                    -
desk:partner-detail              desk     partner       vendors                    -
desk:partner-view-as             desk     partner       man hma                    man hma
desk:partner-profile             desk     partner       vendors                    -
desk:partner-type                desk     partner       man hma                    man hma
desk:type-withdraw               desk     vendor_type_change  -                    man hma
desk:partner-merge               desk     partner       man hma                    man hma
desk:merge-withdraw              desk     vendor_merge  -                          man hma
desk:partner-invite              desk     partner       man hma                    man hma
desk:invitation-resend           desk     first_invitation  -                      man hma
desk:invitation-revoke           desk     first_invitation  -                      man hma
desk:recruiting                  desk     -             vendors                    -
desk:recruiting-several          desk     -             -                          man hma
desk:tiers                       desk     -             vendors                    -
desk:time-to-value               desk     -             vendors                    -
desk:time-to-value-step          desk     -             vendors                    -
desk:time-to-value-partners      desk     -             vendors                    -
desk:prospect-add                desk     -             man hma                    man hma
desk:prospect                    desk     prospect      vendors                    -
desk:prospect-edit               desk     prospect      man hma                    man hma
desk:prospect-assign             desk     prospect      -                          man hma
desk:prospect-move               desk     prospect_move  -                         man hma
console:staff                    desk     -             man hma                    -
console:staff-seat               desk     staff         man hma                    man hma
console:staff-invite             desk     -             man hma                    man hma
console:staff-invite-several     desk     -             man hma                    man hma
console:staff-invitation-resend  desk     staff_invitation  -                      man hma
console:staff-invitation-revoke  desk     staff_invitation  -                      man hma
console:matching                 desk     -             man hma                    man hma
console:win-chance               desk     -             man hma                    man hma
console:account-pairs            desk     -             man hma                    -
console:account-pairs-check      desk     -             -                          man hma
console:account-pair             desk     account_pair  man hma                    man hma
console:account-merge            desk     account_pair  man hma                    man hma
console:account-merge-undo       desk     account_merge  -                         man hma
console:account-parts            desk     account_parts  man hma                   man hma
console:crm                      desk     -             man hma                    -
console:crm-system               desk     crm           man hma                    man hma
console:crm-fetch                desk     crm           -                          man hma
console:crm-switch               desk     crm           -                          man hma
console:crm-remove               desk     crm           -                          man hma
console:providers                desk     -             man hma                    -
console:provider-add             desk     -             man hma                    man hma
console:sign-in-required         desk     -             -                          man hma
console:provider                 desk     provider      man hma                    man hma
console:provider-switch          desk     provider      -                          man hma
company-sign-in                  open     -             everyone                   everyone
join                             open     -             everyone                   everyone
join-asked                       open     -             everyone                   -
apply                            open     -             everyone                   -
apply-sent                       open     -             everyone                   -
apply-saved                      open     -             everyone                   -
start                            open     -             everyone vie               -
health                           open     -             everyone vie               -
view-as-leave                    person   -             -                          people vie
seat-switch                      person   -             -                          people
vendor-switch                    person   -             -                          people
file                             person   file          people vie                 -
step-file                        person   step_file     people                     -
jobs                             person   -             people                     -
job                              person   job           people                     -
job-card                         person   job           people                     -
job-cancel                       person   job           -                          people
job-retry                        person   job           -                          people
job-refused                      person   job           people                     -
job-file                         person   job_file      people                     -
job-export                       person   -             -                          -
notifications                    person   -             people                     -
notification-open                person   notification  people                     people
notifications-read               person   -             -                          people
settings                         person   -             people                     people
settings-security                person   -             people                     -
settings-sessions-end            person   -             -                          people
settings-email                   person   -             people                     people
system-people                    system   -             ope                        -
system-person-change             system   -             -                          ope
settings-notifications           person   -             people                     people
settings-address-check           person   -             -                          people
mail-stop                        open     mail_link     everyone                   everyone
mail-address                     open     address_link  everyone                   everyone
mail-test                        person   test_mail     people                     -
system-addresses                 system   -             ope                        -
system-address-lift              system   suppression   -                          ope
system-sending                   system   -             ope                        -
system-sending-test              system   -             -                          ope
console:mail-texts               desk     -             man hma                    -
console:mail-text                desk     mail_text     man hma                    man hma
console:mail-text-reset          desk     mail_text     -                          man hma
console:mail-text-test           desk     mail_text     -                          man hma
console:mail-text-preview        desk     mail_text     -                          man hma
console:mail-text-frame          desk     text_preview  man hma                    -
console:undelivered              desk     -             man hma                    -
console:undelivered-retry        desk     -             -                          man hma
console:undelivered-mail-retry   desk     lost_mail     -                          man hma
console:undelivered-delivery-retry  desk  lost_delivery  -                         man hma
console:sending                  desk     -             man hma                    -
console:sending-test             desk     -             -                          man hma
settings-tokens                  seated   -             seated                     seated
settings-token-revoke            seated   token         -                          seated
outbox                           person   -             people                     -
outbox-mail                      person   mail          people                     -
outbox-mail-body                 person   mail          people                     -
mail-previews                    person   -             people                     -
mail-preview                     person   template      people                     -
mail-preview-body                person   template      people                     -
search                           person   -             people vie                 -
console:journey-secrets          desk     journey_secrets  man hma                 man hma
console:application-forms        desk     -             man hma                    man hma
console:application-form         desk     application_form  man hma                man hma
console:application-form-preview  desk    application_form  man hma                -
console:application-form-settings  desk   application_form  man hma                man hma
console:application-form-switch  desk     application_form  -                      man hma
console:branding                 desk     -             man hma                    man hma
console:branding-reset           desk     -             -                          man hma
views                            seated   -             -                          -
view-change                      seated   saved_view    -                          seated
view-restore                     seated   saved_view    -                          seated
styleguide                       open     -             everyone                   -
styleguide-desk                  open     -             everyone                   -
system                           system   -             ope                        -
system-retry                     system   delivery      -                          ope
api-schema                       open     -             everyone                   -
api-docs                         open     -             everyone                   -
api:me                           api      -             seated                     -
api:deal-list                    api      -             seated                     adm sal kap isl
api:deal-detail                  api      deal          seated                     adm sal kap isl
api:deal-answer                  api      deal          -                          adm sal kap isl
api:deal-withdraw                api      deal          -                          adm sal kap isl
api:deal-win                     api      deal          -                          adm sal kap isl
api:deal-lose                    api      deal          -                          adm sal kap isl
api:deal-reopen                  api      deal          -                          adm sal kap isl
api:deal-approve                 api      deal          -                          man app hma hap
api:deal-decline                 api      deal          -                          man app hma hap
api:deal-ask                     api      deal          -                          man app hma hap
api:deal-take                    api      deal          -                          man app hma hap
api:deal-hand-over               api      deal          -                          man app hma hap
api:deal-comments                api      deal          seated                     partners man app hma hap
api:deal-conflicts               api      deal          vendors                    -
api:deal-teams                   api      deal          seated                     adm sal kap isl man app hma hap
api:shared-deal-list             api      -             seated                     -
api:shared-deal-detail           api      shared_deal   seated                     -
api:shared-deal-agree            api      shared_deal   -                          adm sal kap isl man app hma hap
api:shared-deal-decline          api      shared_deal   -                          adm sal kap isl man app hma hap
api:shared-deal-leave            api      shared_deal   -                          adm sal kap isl man app hma hap
api:deal-amounts                 api      deal          seated                     -
api:deal-rulings                 api      deal          vendors                    -
api:deal-content                 api      deal_file     seated                     -
api:deal-events                  api      deal          seated                     -
api:deal-files                   api      deal          seated                     -
api:special-price-list           api      -             seated                     adm sal kap isl
api:special-price-detail         api      special_price  seated                    -
api:special-price-grant          api      special_price  -                         man app hma hap
api:special-price-refuse         api      special_price  -                         man app hma hap
api:extension-list               api      -             seated                     adm sal kap isl
api:extension-detail             api      api_extension  seated                    -
api:extension-grant              api      api_extension  -                         man app hma hap
api:extension-refuse             api      api_extension  -                         man app hma hap
api:extension-withdraw           api      api_extension  -                         adm sal kap isl
api:appeal-list                  api      -             seated                     adm sal kap isl
api:appeal-detail                api      api_appeal    seated                     -
api:appeal-uphold                api      api_appeal    -                          man app hma hap
api:appeal-overturn              api      api_appeal    -                          man app hma hap
api:appeal-settle                api      api_appeal    -                          man app hma hap
api:appeal-withdraw              api      api_appeal    -                          adm sal kap isl
api:protection-offer-list        api      -             seated                     -
api:protection-offer-detail      api      api_offer     seated                     -
api:protection-offer-accept      api      api_offer     -                          adm sal kap isl
api:protection-offer-refuse      api      api_offer     -                          adm sal kap isl
api:deal-relinquish              api      deal          -                          adm sal kap isl
api:account-list                 api      -             vendors                    -
api:account-detail               api      account       vendors                    -
api:product-list                 api      -             seated                     -
api:product-detail               api      product       seated                     -
api:program-list                 api      -             seated                     -
api:program-detail               api      program       seated                     -
api:program-rules                api      program       seated                     -
api:program-fields               api      program       seated                     -
api:program-judge                api      program       -                          partners
api:partner-list                 api      -             seated                     -
api:partner-detail               api      api_partner   seated                     adm
api:enrollment-list              api      -             seated                     -
api:enrollment-detail            api      enrollment    seated                     -
api:enrollment-onboard           api      enrollment    -                          man hma
api:enrollment-activate          api      enrollment    -                          man hma
api:enrollment-suspend           api      enrollment    -                          man hma
api:enrollment-retire            api      enrollment    -                          man hma
api:application-list             api      -             vendors                    -
api:application-detail           api      application   vendors                    -
api:application-messages         api      application   vendors                    man app hma hap
api:application-approve          api      application   -                          man app hma hap
api:application-decline          api      application   -                          man app hma hap
api:application-ask              api      application   -                          man app hma hap
api:application-waitlist         api      application   -                          man app hma hap
api:join-request-list            api      -             adm                        -
api:join-request-detail          api      join_request  adm                        -
api:join-request-approve         api      join_request  -                          adm
api:join-request-decline         api      join_request  -                          adm
api:sales-line-list              api      -             adm sal kap isl vendors    man hma
api:sales-line-detail            api      sale          adm sal kap isl vendors    -
api:usage-list                   api      -             vendors                    man hma
api:usage-detail                 api      usage         vendors                    -
api:satisfaction-list            api      -             vendors                    man hma
api:satisfaction-detail          api      answer        vendors                    -
api:certificate-list             api      -             seated                     man hma
api:certificate-detail           api      holding       seated                     -
api:waiting-fact-list            api      -             vendors                    -
api:waiting-fact-detail          api      waiting       vendors                    -
api:waiting-fact-help            api      waiting       -                          man hma
api:waiting-fact-ignore          api      waiting       -                          man hma
api:standing-list                api      -             seated                     -
api:standing-detail              api      enrollment    seated                     -
api:tier-change-list             api      -             seated                     -
api:tier-change-detail           api      tier_change   seated                     -
api:specialisation-list          api      -             seated                     -
api:specialisation-detail        api      specialisation  seated                   -
api:points-list                  api      -             seated                     man hma
api:points-detail                api      points        seated                     -
api:time-to-value                api      -             vendors                    -
api:list-list                    api      -             everyone                   -
api:list-detail                  api      api_list      man hma                    -
api:list-rows                    api      api_list      -                          man hma
api:lead-list                    api      -             vendors                    man app hma hap
api:lead-detail                  api      lead          vendors                    man app hma hap
api:lead-offer                   api      lead          -                          man app hma hap
api:lead-recall                  api      lead          -                          man app hma hap
api:lead-disqualify              api      lead          -                          man app hma hap
api:lead-reopen                  api      lead          -                          man app hma hap
api:lead-offer-list              api      -             adm sal kap isl vendors    -
api:lead-offer-detail            api      lead_offer    adm sal kap isl vendors    -
api:lead-offer-accept            api      lead_offer    -                          adm sal kap isl
api:lead-offer-decline           api      lead_offer    -                          adm sal kap isl
api:lead-offer-contact           api      lead_offer    -                          adm sal kap isl
api:lead-offer-return            api      lead_offer    -                          adm sal kap isl
api:lead-offer-register          api      lead_offer    -                          adm sal kap isl
api:prospect-list                api      -             vendors                    man hma
api:prospect-detail              api      api_prospect  vendors                    man hma
api:prospect-invite              api      api_prospect  -                          man hma
api:prospect-contact             api      api_prospect  -                          man hma
api:prospect-drop                api      api_prospect  -                          man hma
api:prospect-reopen              api      api_prospect  -                          man hma
api:review-list                  api      -             seated                     -
api:review-detail                api      review        seated                     -
api:review-lower                 api      review        -                          man hma
api:review-keep                  api      review        -                          man hma
api:override-list                api      -             seated                     man hma
api:override-detail              api      override      seated                     -
api:override-end                 api      override      -                          man hma
api:scheme-list                  api      -             man hma                    -
api:scheme-detail                api      scheme        man hma                    -
api:trial-list                   api      -             man hma                    man hma
api:trial-detail                 api      trial         man hma                    -
api:trial-moves                  api      trial         man hma                    -
api:journey-list                 api      -             seated                     -
api:journey-detail               api      journey       seated                     -
api:journey-cancel               api      journey       -                          man app hma hap
api:journey-migrate              api      journey       -                          man app hma hap
api:journey-done                 api      journey_step  -                          adm sal mkt tec kap isl
api:journey-skip                 api      journey_step  -                          man app hma hap
api:journey-retry                api      journey_step  -                          man app hma hap
api:journey-version-list         api      -             man hma                    man hma
api:journey-version-detail       api      journey_version  man hma                 -
api:journey-version-publish      api      journey_draft  -                         man hma
api:agreement-list               api      -             adm vendors                man hma
api:agreement-detail             api      agreement     adm vendors                -
api:agreement-take-back          api      agreement     -                          man hma
api:agreement-template-list      api      -             adm vendors                -
api:agreement-template-detail    api      agreement_template  adm vendors          -
api:event-list                   api      -             seated                     -
api:event-detail                 api      event         seated                     -
api:event-detail                 api      note_event    seated                     -
console:home                     desk     -             man hma                    -
console:imports                  desk     -             man app hma hap            -
console:import-new               desk     import_kind   man hma                    man hma
console:import-template          desk     import_kind   man hma                    -
console:import                   desk     import        man hma                    -
console:import-columns           desk     import        -                          man hma
console:import-start             desk     import        -                          man hma
console:import-undo              desk     import        -                          man hma
console:unmatched                desk     -             man hma                    -
console:unmatched-row            desk     waiting_row   man hma                    man hma
console:unmatched-retry          desk     -             -                          man hma
console:cutover                  desk     -             man hma                    -
console:cutover-begin            desk     -             -                          man hma
console:cutover-rehearse         desk     -             -                          man hma
console:cutover-run              desk     -             -                          man hma
console:cutover-undo             desk     -             -                          man hma
console:cutover-end              desk     -             -                          man hma
console:cutover-report           desk     -             man hma                    -
console:cutover-list             desk     cutover_step  man hma                    man hma
console:held-invitations         desk     -             man hma                    -
console:held-invitations-send    desk     -             -                          man hma
console:event-list               desk     -             man hma                    -
console:backtests                desk     scheme        man hma                    man hma
console:backtest                 desk     scheme_trial  man hma                    -
console:backtest-compare         desk     scheme        man hma                    -
console:portfolio-hand-over      desk     -             man hma                    man hma
console:policies                 desk     -             man hma                    -
console:policy-new               desk     -             -                          man hma
console:policy                   desk     policy_draft  man hma                    -
console:policy-part              desk     policy_part   man hma                    man hma
console:policy-move              desk     policy_draft  -                          man hma
console:policy-discard           desk     policy_draft  -                          man hma
console:policy-publish           desk     policy_draft  man hma                    man hma
console:policy-compare           desk     policy_draft  man hma                    -
console:policy-trial             desk     policy_draft  man hma                    man hma
console:ideal-profiles           desk     -             man hma                    -
console:ideal-profile-new        desk     -             -                          man hma
console:ideal-profile            desk     ideal_profile  man hma                   -
console:ideal-criterion-add      desk     ideal_profile  man hma                   man hma
console:ideal-criterion          desk     ideal_criterion  man hma                 man hma
console:ideal-profile-move       desk     ideal_profile  -                         man hma
console:ideal-profile-publish    desk     ideal_profile  -                         man hma
console:ideal-profile-discard    desk     ideal_profile  -                         man hma
console:ideal-partners           desk     ideal_profile  man hma                   -
console:ideal-compare            desk     ideal_profile  man hma                   -
console:ideal-weights            desk     ideal_profile  man hma                   man hma
console:ideal-take-over          desk     weight_fit    -                          man hma
console:schemes                  desk     -             man hma                    -
console:scheme-new               desk     -             man hma                    man hma
console:scheme                   desk     scheme_draft  man hma                    -
console:scheme-part-add          desk     scheme_section  man hma                  man hma
console:scheme-part              desk     scheme_part   man hma                    man hma
console:scheme-need              desk     scheme_need   man hma                    man hma
console:scheme-need-add          desk     scheme_need   man hma                    man hma
console:scheme-move              desk     scheme_draft  -                          man hma
console:scheme-rename            desk     scheme_draft  -                          man hma
console:scheme-undo              desk     scheme_undo   -                          man hma
console:scheme-data              desk     scheme_draft  man hma                    man hma
console:scheme-file              desk     scheme_draft  man hma                    -
console:scheme-compare           desk     scheme_draft  man hma                    -
console:scheme-preview           desk     scheme_draft  man hma                    -
console:scheme-publish           desk     scheme_draft  man hma                    man hma
console:scheme-withdraw          desk     scheme_draft  -                          man hma
console:scheme-discard           desk     scheme_draft  -                          man hma
desk:partner-points              desk     partner       vendors                    -
console:reviews                  desk     -             man hma                    -
console:reviews-decide           desk     -             -                          man hma
console:review                   desk     tier_review   man hma                    man hma
console:review-lower             desk     tier_review   -                          man hma
console:overrides                desk     -             man hma                    -
console:override-end             desk     tier_override  -                          man hma
console:give-tier                desk     standing_by_hand  man hma            man hma
console:give-points              desk     standing_by_hand  man hma            man hma
console:enrollment-assign        desk     -             man hma                    man hma
console:enrollment-move          desk     enrollment_move  man hma                  man hma
admin:index                      desk     -             man hma                    -
admin:app_list                   console  -             man hma                    -
admin:jsi18n                     console  -             man hma                    -
"""

# What the console offers: v = may look, c = may change, a = may add. Nobody deletes; history is the audit trail's.
CONSOLE = """
partners_program       v c a
partners_partner       v
partners_enrollment    v c
partners_seat          v
partners_exchangerate  v c a
standing_credential    v c a
standing_achievement   v
accounts_salesline     v
accounts_usagereading  v
accounts_satisfactionanswer v
accounts_usagemetric   v c a
standing_tier          v
standing_standing      v
accounts_account       v
accounts_opportunity   v
accounts_productfamily v c a
accounts_product       v c a
dealreg_policy         v c a
dealreg_leadrules      v c a
dealreg_deal           v
"""

# Not walked, with the reason.
NOT_OURS = {
    "styleguide-desk-detail": "the demo's made-up rows by their number, no record behind them",
    "logo": "a vendor's logo under a name that nobody guesses, public on purpose, see tests/portal/test_branding.py",
    "console:branding-verdict": "judges a colour, no record behind it",
    "styleguide-part": "a part with the demo's made-up rows, no record behind it",
    "lead-form": "public on purpose, the same for everyone, see tests/portal/test_leads.py",
    "lead-form-sent": "public on purpose, the same for everyone",
    "apply-program": "public on purpose, the same for everyone, see tests/onboarding/test_applying_pages.py",
    "apply-as-partner": "shows the own profile only, see tests/onboarding/test_applying_pages.py",
    **dict.fromkeys(
        (
            "application",
            "application-edit",
            "application-confirm",
            "application-answer",
            "application-withdraw",
            "application-join",
        ),
        "opened by a token from a mail, see tests/onboarding/test_applying_pages.py",
    ),
    "api:inbound-mail": "let in by a signed address, see tests/dealreg/test_inbound_mail.py",
    "api:journey-step-answer": "let in by a signature, see tests/onboarding/test_webhooks.py",
    "join-confirm": "opened by a token from a mail, see tests/partners/test_joining.py",
    "invitation": "opened by a token from a mail, see tests/partners/test_invitations.py",
    "company-provider": "for strangers, by a provider's name in its address, see tests/partners/test_company_wall.py",
    "company-go": "for strangers, see tests/partners/test_company_wall.py",
    "openid_connect_callback": "for strangers whom a provider sends, see tests/partners/test_oidc.py",
    "saml_acs": "for strangers whom a provider sends, see tests/partners/test_saml.py",
    "saml_finish_acs": "for strangers whom a provider sends, see tests/partners/test_saml.py",
    "saml_metadata": "for providers, see tests/partners/test_saml.py",
    "account_login": "django-allauth's, for everyone",
    "account_logout": "django-allauth's, for everyone",
    "account_inactive": "django-allauth's, for everyone",
    "account_signup": "django-allauth's; closed by our adapter, see tests/portal/test_public_sign_in.py",
    "account_reauthenticate": "django-allauth's, about the person itself",
    **dict.fromkeys(
        (
            "mfa_authenticate",
            "mfa_login_webauthn",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_edit_webauthn",
            "mfa_remove_webauthn",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
        ),
        "django-allauth's, about the person itself: see tests/people",
    ),
    "settings-email-confirm": "opened by a key from a mail: see tests/portal/test_public_security.py",
    "account_email": "django-allauth's, about the person itself",
    "account_email_verification_sent": "django-allauth's, about the person itself",
    "account_change_password": "django-allauth's, about the person itself",
    "account_set_password": "django-allauth's, about the person itself",
    "account_reset_password": "django-allauth's, for everyone",
    "account_confirm_login_code": "django-allauth's, for everyone",
    "account_confirm_email": "django-allauth's, opened by a key from a mail",
    "account_reset_password_from_key": "django-allauth's, opened by a key from a mail",
    "account_reset_password_from_key_done": "django-allauth's, for everyone",
    "account_reset_password_done": "django-allauth's, for everyone",
    "admin:login": "leads to the one sign-in",
    "admin:logout": "leads to the one page that signs out",
    "admin:password_change": "leads to the one page about passwords",
    "admin:password_change_done": "leads to the person's settings",
    "admin:?": "Django's old addresses, which lead to …/change/",
    "?": "the API's answer to unknown addresses",
}

READERS = {
    "deal_nb": "adm sal mkt vie northwind",
    "deal_nk": "kap northwind",
    "deal_nt": "adm sal mkt tec vie northwind",
    "deal_ni": "northwind",
    "deal_hb": "adm sal mkt halden",
    "deal_hi": "isl halden",
    **{f"note_{label}": "northwind" if label[0] == "n" else "halden" for label in SIGHT["deal"]},
    **{f"approver_{label}": "man app" if label[0] == "n" else "hma hap" for label in SIGHT["deal"]},
    "overtook_nt": "northwind",
    **{f"standing_{label}": who for label, who in SIGHT["enrollment"].items()},
    "agreement_nb": "adm vie northwind",
    "agreement_nk": "northwind",
    "agreement_ni": "northwind",
    "agreement_hb": "adm halden",
    "agreement_hi": "halden",
    **{f"journey_{label}": who for label, who in SIGHT["enrollment"].items()},
    "n_journey": "man",
    "h_journey": "hma",
    "n_agreements": "northwind",
    "h_agreements": "halden",
    "n_account": "northwind",
    "n_twin": "(northwind) man",
    "h_twin": "(halden) hma",
    "h_account": "halden",
    "n_conflict": "northwind",
    "h_conflict": "halden",
    "n_rules": "(northwind) man",
    "h_rules": "(halden) hma",
    "n_recruiting": "northwind",
    "h_recruiting": "halden",
    "n_lead": "northwind",
    "h_lead": "halden",
    "held_lead": "adm sal vie northwind",
    "n_scheme": "man",
    "h_scheme": "hma",
    "n_import": "man",
    "h_import": "hma",
    **{f"sale_{label}": who.replace(" mkt", "") for label, who in SIGHT["sale"].items()},
    **{f"certificate_{label}": who for label, who in SIGHT["holding"].items()},
    **{
        f"{word}_{label}": "northwind" if label[0] == "n" else "halden"
        for word in ("usage", "answer")
        for label in SIGHT["sale"]
    },
    "n_waiting": "northwind",
    "h_waiting": "halden",
    "n_metric": "(northwind) man",
    "h_metric": "(halden) hma",
    "n_credential": "adm sal mkt kap vie northwind (brightpath)",
    "h_credential": "adm sal mkt isl halden (brightpath)",
    "n_catalogue": "brightpath kap northwind (vie)",
    "h_catalogue": "brightpath isl halden",
    "n_tier": "brightpath northwind (kap) (vie)",
    "h_tier": "isl halden (brightpath)",
    "brightpath": "brightpath vie vendors",
    "kappel": "kap northwind",
    "isle": "isl vendors",
    "northwind": "brightpath kap vie northwind",
    "halden": "brightpath isl halden",
    "draft_brightpath_sales": "sal",
    "draft_kappel_sales": "kap",
    **{f"job_{label}": who for label, who in SIGHT["job"].items()},
    "token_brightpath_sales": "sal",
    "token_kappel_sales": "kap",
    "token_northwind_manager": "man",
    "token_halden_manager": "hma",
    "view_brightpath_sales": "sal",
    "view_kappel_sales": "kap",
    "view_northwind_manager": "man",
    "view_halden_manager": "hma",
    "joins_brightpath": "adm",
    "joins_kappel": "",
    "invited_brightpath": "adm",
    "invited_kappel": "",
    "invited_northwind": "man",
    "invited_halden": "hma",
    "first_northwind": "man",
    "first_halden": "hma",
    "sealed_northwind": "",
    "sealed_halden": "",
    "direct_northwind": "(northwind) man",
    "direct_halden": "(halden) hma",
    "crm_northwind": "man",
    "crm_halden": "hma",
    "provider_northwind": "man",
    "provider_halden": "hma",
    "told_brightpath_sales": "sal",
    "told_kappel_sales": "kap",
    "told_isle_sales": "isl",
    "told_northwind_approver": "app",
    "told_halden_approver": "hap",
    "dead_letter": "",
    "n_lost": "adm man",
    "h_lost": "isl hma",
    "bounced": "ope",
    "n_application": "northwind",
    "h_application": "halden",
    "n_merge": "adm northwind",
    "n_type": "adm (man)",
    "h_type": "adm (hma)",
    "h_merge": "adm halden",
}
"""Label of a marker, or a name: who may read it and does somewhere; in brackets, who may but need not."""

REVEALED = {
    "api:lead-offer-accept": {"n_lead", "h_lead"},
    "portal:deal-team": {"kappel", "isle"},
    "api:deal-teams": {"kappel", "isle"},
    **{f"api:shared-deal-{name}": {"brightpath"} for name in ("list", "detail", "agree")},
    "portal:shared-deal": {"brightpath"},
    "portal:shared-deal-list": {"brightpath"},
    "portal:shared-deal-answer": {"brightpath"},
    "api:shared-deal-leave": {"brightpath"},
}
"""What an address shows to whoever may open it, though its side reads it nowhere else: an accepted lead; whom one named
for a deal team, and who named one."""

NAMES_THE_DEMO = {"start", "mail-previews", "mail-preview", "mail-preview-body", "styleguide", "styleguide-desk"}
"""Pages that show the demo's made-up people and deals to everyone."""
