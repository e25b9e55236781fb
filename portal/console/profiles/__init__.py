"""Ideal partner profiles in the console: versions, the builder, today's partners, fitted weights."""
