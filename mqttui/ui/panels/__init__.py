"""What can stay open beside the topic tree; each panel is imported when it is first opened."""
