"""Test sends of drafts."""
