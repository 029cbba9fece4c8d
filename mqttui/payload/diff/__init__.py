"""How one message differs from another: by structure, by line or by byte."""
