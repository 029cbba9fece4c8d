"""Numbers over time: what was read, what of it is drawn, and what it says in sum."""
