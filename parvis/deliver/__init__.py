"""Takes what is due to the networks, exactly once: clock, claim, courier, ledger, look-ups."""
