"""What happened on a connection, in sentences."""
