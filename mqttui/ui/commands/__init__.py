"""What keys do: one table per screen or panel, and the registry of all of them."""
