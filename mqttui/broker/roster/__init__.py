"""Who is connected to a broker, as far as the broker tells those who subscribe. Pure."""
