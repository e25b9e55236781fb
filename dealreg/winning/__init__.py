"""The chance that an open deal is won: what is known of a deal at a moment, a fitted model, its words."""
