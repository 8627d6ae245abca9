"""What is seen of the simulated providers: the inbox page, and the control API for tests."""
