"""Pure: messages, topics, the store and the visible outline of the topic tree."""
