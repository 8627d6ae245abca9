"""Stores on DynamoDB: PynamoDB for entities and transactions, the plain client where a send waits for it."""
