"""One decoder per file: `decode(request)` returns a `Decoded` or raises `UnreadableError`."""
