"""What members do on our pages."""
