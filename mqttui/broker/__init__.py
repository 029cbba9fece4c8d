"""Pure: what we know of brokers: reason codes in words, diagnosis, $SYS counters."""
