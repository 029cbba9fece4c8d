"""Widgets named for what they show."""
