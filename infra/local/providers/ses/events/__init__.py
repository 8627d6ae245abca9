"""What becomes of an accepted message, and the event records that say so."""
