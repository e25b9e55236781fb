"""A scheme tried on real history, as if it had held all the while: who would hold which tier, and what that costs.

`simulating` awards and lowers month by month, `costing` says what benefits cost: both pure. `history` computes points
and ranks of past days, set-based. `tallying` adds up what came out, `running` is the job. Nothing that counts is
written: no points, no tiers, no word to anybody.
"""
