"""How a deal's statuses look: tone and icon beside the word, the same on every page."""

from __future__ import annotations

from dealreg.enums import Outcome, Status

STATUS_LOOK = {
    Status.SUBMITTED: ("info", "out"),
    Status.IN_REVIEW: ("info", "clock"),
    Status.INFORMATION_REQUESTED: ("warn", "ask"),
    Status.APPROVED: ("good", "shield"),
    Status.DECLINED: ("bad", "no"),
    Status.WITHDRAWN: ("", "x"),
    Status.EXPIRED: ("", "clock"),
}
OUTCOME_LOOK = {Outcome.OPEN: ("", "deal"), Outcome.WON: ("good", "done"), Outcome.LOST: ("", "no")}
