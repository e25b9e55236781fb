"""Journeys in the console: versions, the builder, the drawing, comparison, publishing."""
