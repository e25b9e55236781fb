"""Tier schemes in the console: versions, the builder, preview, comparison, publishing."""
