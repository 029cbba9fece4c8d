"""Protobuf: schemas, from compiled or source files, and messages read by them."""
