"""Accounts and open opportunities of the vendor's CRM: one way in, by list, API or connection."""
