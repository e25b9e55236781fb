"""What every app stands on: actors and visibility, transitions, errors, money, environment, page and API bases.

Plain Python and Django; imports nothing else of ours.
"""
