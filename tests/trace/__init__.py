"""`python -m tests.trace`: which files of the product a campaign, a follow-up and an import pass through."""
