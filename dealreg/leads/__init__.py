"""Leads: where they come from, which partner fits, the clock, and what became of them."""
