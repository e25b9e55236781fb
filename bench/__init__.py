"""Measurements: speed and memory (`make bench`), and what is lost when processes die (`make faults`)."""
