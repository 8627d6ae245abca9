"""The browser that pages are looked at with."""
