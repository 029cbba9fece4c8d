"""Boards: what they say of themselves, what they measure, and whether it can be true."""
