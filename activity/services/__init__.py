"""Every write of this app that somebody asks for."""

from activity.services.addresses import confirm_address, lift_suppression, send_test_mail
from activity.services.preferences import change_preferences, reset_preferences, stop_mails
from activity.services.reading import mark_all_read, mark_read
from activity.services.retrying import retry_all_undelivered, retry_delivery, retry_mail, retry_own_delivery
from activity.services.rows import remove_row, write_row
from activity.services.texts import change_mail_text, reset_mail_text

__all__ = [
    "change_mail_text",
    "change_preferences",
    "confirm_address",
    "lift_suppression",
    "mark_all_read",
    "mark_read",
    "remove_row",
    "reset_mail_text",
    "reset_preferences",
    "retry_all_undelivered",
    "retry_delivery",
    "retry_mail",
    "retry_own_delivery",
    "send_test_mail",
    "stop_mails",
    "write_row",
]
