"""What workers do by the clock, in seconds: beat only rings, and a ring that comes late is dropped."""

SCHEDULE = {
    "relay": {"task": "activity.relay", "schedule": 3.0, "options": {"expires": 10}},
    "digests": {"task": "activity.digests", "schedule": 60.0, "options": {"expires": 60}},
    "send-mails": {"task": "activity.send_mails", "schedule": 5.0, "options": {"expires": 10}},
    "expire-protections": {"task": "dealreg.expire_protections", "schedule": 60.0, "options": {"expires": 120}},
    "remind-expiring": {"task": "dealreg.remind_expiring", "schedule": 900.0, "options": {"expires": 900}},
    "escalate-overdue": {"task": "dealreg.escalate_overdue", "schedule": 300.0, "options": {"expires": 300}},
    "keep-leads": {"task": "dealreg.keep_leads", "schedule": 60.0, "options": {"expires": 60}},
    "late-applications": {"task": "onboarding.escalate_applications", "schedule": 300.0, "options": {"expires": 300}},
    "clear-discarded": {"task": "dealreg.clear_discarded", "schedule": 3600.0, "options": {"expires": 3600}},
    "keep-applications": {"task": "onboarding.keep_applications", "schedule": 3600.0, "options": {"expires": 3600}},
    "clear-join-requests": {"task": "partners.clear_join_requests", "schedule": 3600.0, "options": {"expires": 3600}},
    "end-viewings": {"task": "partners.end_overdue_viewings", "schedule": 60.0, "options": {"expires": 60}},
    "keep-standings": {"task": "standing.keep", "schedule": 1800.0, "options": {"expires": 1800}},
    "keep-agreements": {"task": "onboarding.keep_agreements", "schedule": 900.0, "options": {"expires": 900}},
    "clear-stale": {"task": "activity.clear_stale", "schedule": 86400.0},
    "clear-imports": {"task": "imports.clear_imports", "schedule": 3600.0, "options": {"expires": 3600}},
    "tick-journeys": {"task": "onboarding.tick", "schedule": 10.0, "options": {"expires": 10}},
    "work-jobs": {"task": "jobs.work", "schedule": 5.0, "options": {"expires": 10}},
    "fetch-from-crm": {"task": "accounts.fetch_due", "schedule": 300.0, "options": {"expires": 300}},
    "clear-old-jobs": {"task": "jobs.clear_old", "schedule": 3600.0, "options": {"expires": 3600}},
}
