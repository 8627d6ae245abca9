"""SendEmail and SendBulkEmail: reading, refusing, accepting."""
