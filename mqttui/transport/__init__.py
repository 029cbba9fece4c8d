"""The wire: paho with a fast path, the inbox and the session."""
