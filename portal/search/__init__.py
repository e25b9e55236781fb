"""Search or jump: pages, actions, deals, partners, accounts and people that an actor may open, best match first."""
