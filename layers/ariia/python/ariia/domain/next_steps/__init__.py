"""What campaigns and recipients wait for, and what may be done with a campaign."""
