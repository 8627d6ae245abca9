"""Rules that every message obeys: quiet hours, caps, waves, reputation."""
