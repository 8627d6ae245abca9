"""Queue of one channel: hands batches to the provider."""
