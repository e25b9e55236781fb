"""Leads on the desk."""
