"""Connection profiles, secrets, paths and user settings; standard library first."""
