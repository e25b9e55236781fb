"""Mails: built from words and facts, kept as rows, sent by workers outside the transaction."""

from activity.mailing.letters import TEMPLATES, Letter, MailTemplate, Section, mail_template, one_line, render
from activity.mailing.queueing import queue_letter, queue_mail, queue_plain_mail, queue_to_address
from activity.mailing.sending import ATTEMPTS, LEASE, send_due

__all__ = [
    "ATTEMPTS",
    "LEASE",
    "TEMPLATES",
    "Letter",
    "MailTemplate",
    "Section",
    "mail_template",
    "one_line",
    "queue_letter",
    "queue_mail",
    "queue_plain_mail",
    "queue_to_address",
    "render",
    "send_due",
]
