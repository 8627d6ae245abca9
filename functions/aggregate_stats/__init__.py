"""Stream of the ledger: keeps the counters."""
