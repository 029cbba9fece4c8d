"""An embedded broker and a simulated class of boards."""
