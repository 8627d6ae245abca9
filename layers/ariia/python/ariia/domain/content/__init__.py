"""What a campaign says: tenants' Jinja2 templates, checked, split into slots and rendered for each member."""
