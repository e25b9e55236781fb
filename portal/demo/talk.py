"""What people in the demo write: titles, notes, comments, messages."""

TITLES = {
    "northwind": (
        "Palletising in hall 2",
        "End of line, two shifts",
        "Goods-in without forklifts",
        "Depalletising of returns",
        "Second packing line",
        "Cold store, minus 22 degrees",
        "Replacement of the old gantry",
        "Mixed pallets for retail",
        "Transport between halls",
        "Pilot cell, then the whole plant",
        "Sorting of crates",
        "Weekend shift without people",
        "Tray handling",
        "New warehouse, first stage",
        "Safety upgrade of six cells",
    ),
    "halden": (
        "Leaving the old data centre",
        "Backup that can't be deleted",
        "File shares of 14 branches",
        "ERP on private cloud",
        "Second site for emergencies",
        "Replacement of tape",
        "Test systems on demand",
        "Machines' data at the plant",
        "Merger: two networks become one",
        "Sign-in for 600 people",
        "Archive for ten years",
        "Move before the lease ends",
    ),
}

NOTES = (
    "We have installed the conveyors there and know the plant manager well.",
    "Met them at the trade fair in spring; they asked for an offer after our site visit.",
    "Long-standing customer of ours. Budget is in the plan for next year.",
    "They compare with one other maker. Our reference nearby has been visited.",
    "The tender is expected next quarter; we helped to write the requirements.",
    "Recommended by another customer. First call took place, figures are on the table.",
    "Two shifts, lack of staff at night. Management wants to decide before the summer.",
    "",
    "",
)

NEXT_STEPS = (
    "Site visit with the plant manager",
    "Send the revised offer",
    "Reference visit",
    "Answer the questions on safety",
    "Present to the board",
    "Agree on delivery dates",
    "Test with the customer's own crates",
    "Call after the holidays",
)

QUESTIONS = (
    (("notes",), "Please tell us what has happened so far: who asked for what, and when?"),
    (("contact_name", "contact_email"), "Who is your contact at the customer?"),
    (("customer_domain",), "Which company of the group is it? Their website would settle it."),
    (("close_date",), "Is the decision really expected that soon? The offer isn't out yet."),
    (("value",), "Does the value include installation? It looks high for the quantities."),
    (("title",), "Which site is it for?"),
)

ANSWERS = (
    "Here it is. Sorry for leaving it out.",
    "We asked the customer; it is corrected now.",
    "It is the headquarters; the other sites follow next year.",
)

APPROVALS = (
    "",
    "",
    "Good luck! Tell us if an engineer should come along.",
    "Approved. Quote the reference on the order.",
    "Well prepared, thank you.",
)

DECLINES = {
    "protected": (
        "Another registration is protected for these products. Yours keeps no place, but you may register again later.",
        "Somebody was earlier here. Please register again once this changes.",
    ),
    "existing_customer": (
        "Our own team works with this customer. Talk to us before the next step.",
        "They buy from us directly since last year.",
    ),
    "territory": ("This site is outside the countries of your contract.",),
    "too_small": ("Below the minimum size. Please order from the price list, no registration needed.",),
    "not_enough": (
        "There was no contact, and our question stayed open for two weeks.",
        "We couldn't tell which company this is. Register again when you know.",
    ),
    "not_authorised": ("These products need the installation course first.",),
    "other": ("The customer told us that no purchase is planned.",),
}

COMMENTS = (
    "The customer asks whether delivery in eight weeks is possible.",
    "We were on site yesterday. The floor must be levelled first.",
    "Offer is out. They want to decide within the month.",
    "Could somebody from your team join the call on Thursday?",
    "They have asked for a reference in the same trade.",
    "Purchasing wants a second offer with a longer service plan.",
)

REPLIES = (
    "Eight weeks works if the order is here by the 15th.",
    "Gladly. Send me the dial-in.",
    "I will look for one and come back tomorrow.",
    "Please add the service plan as a line of its own.",
    "Thank you for the update.",
)

VENDOR_NOTES = (
    "Called the plant manager: confirms that he knows the partner.",
    "Alike, but another register number. Two companies.",
    "Owner in direct sales says: not working on it.",
    "Watch the discount here, the last deal was below margin.",
    "Third registration of this partner this week. All well prepared.",
)

LOST = ("price", "competitor", "no_decision", "no_budget", "product_fit")
LOST_REMARKS = {
    "price": "The other offer was 14 percent lower.",
    "competitor": "They stay with the maker of their first line.",
    "no_decision": "Postponed until after the reorganisation.",
    "no_budget": "Investments are stopped this year.",
    "product_fit": "The crates are too light for the gripper.",
}
