"""The API's document and its page."""
