"""In-memory stores and senders: they pass the same contract suite as the real ones."""
