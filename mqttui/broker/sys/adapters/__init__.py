"""Which `$SYS` topic of which broker carries which metric: one table per product."""
