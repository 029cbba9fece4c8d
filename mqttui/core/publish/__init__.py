"""What a user composes and sends: drafts, variables, history, runs, questions. Pure."""
