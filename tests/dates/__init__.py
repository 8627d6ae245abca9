"""Running the tests on other days."""
