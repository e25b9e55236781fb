"""Lists that need several areas."""
