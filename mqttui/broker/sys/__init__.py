"""What a broker reports of itself below `$SYS`: metrics, rates, alarms. Pure."""
