"""Queue of provider events: writes receipts and suppressions."""
