"""Members in DynamoDB."""
