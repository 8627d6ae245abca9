"""Planning an audience into the ledger."""
