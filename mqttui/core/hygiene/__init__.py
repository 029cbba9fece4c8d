"""A lint for topics: what makes a broker hard to share, found while its messages come in."""
