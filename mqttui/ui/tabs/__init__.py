"""Views of a topic beside its value; each is imported when it is first shown."""
