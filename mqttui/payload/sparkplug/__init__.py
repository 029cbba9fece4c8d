"""Sparkplug B: its messages and what births say of their metrics."""
