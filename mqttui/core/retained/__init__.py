"""Retained messages: asking for them, clearing them, putting them back."""
