"""The recruiting list: prospects ranked by how well they fit."""
