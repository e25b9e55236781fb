"""The demo's data: two vendors, forty partners, two years of deals. All is invented; every domain ends in .example.

Subjects have a module each; `loading` puts them together. Dates follow from the day of loading, everything else from
one seed, so that two loads on a day are alike.
"""
