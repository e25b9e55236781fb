"""Mails of recruiting and onboarding: loading this registers them."""

from onboarding import emails_recruiting

__all__ = ["emails_recruiting"]
