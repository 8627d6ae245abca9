"""The ledger's answer about one member."""
