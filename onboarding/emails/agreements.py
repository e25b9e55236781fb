"""Mails about agreements, and the lines behind the bell."""
