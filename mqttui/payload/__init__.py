"""Pure: bytes to something a person can read."""
