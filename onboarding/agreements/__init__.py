"""Agreements: their texts, the values they are filled with, their papers and dates."""
