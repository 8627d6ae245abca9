"""The ledger, dispatches, and providers: what sending asks of the world."""
