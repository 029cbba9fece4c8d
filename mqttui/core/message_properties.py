"""What a received message says of its answer (MQTT 5.0 section 3.3.2.3)."""

from __future__ import annotations

_RESPONSE_TOPIC = 0x08
_CORRELATION_DATA = 0x09
_SUBSCRIPTION_IDENTIFIER = 0x0B

# Bytes of the value of a property (section 2.2.2.2); how many values with a length of their own.
_FIXED_SIZES = {0x01: 1, 0x02: 4, 0x23: 2}
_LENGTHS = {0x03: 1, _RESPONSE_TOPIC: 1, _CORRELATION_DATA: 1, 0x26: 2}


def answer_properties(block: bytes) -> tuple[str | None, bytes | None]:
    """Return response topic and correlation data of a property block, None where it has none.

    A block that cannot be read, or a topic that is not UTF-8, has none.
    """
    response_topic: str | None = None
    correlation: bytes | None = None
    position, end = 0, len(block)
    while position < end:
        kind = block[position]
        position += 1
        if kind in _FIXED_SIZES:
            position += _FIXED_SIZES[kind]
        elif kind == _SUBSCRIPTION_IDENTIFIER:
            while position < end and block[position] > 127:
                position += 1
            position += 1
        elif kind in _LENGTHS:
            for _ in range(_LENGTHS[kind]):
                start = position + 2
                position = start + int.from_bytes(block[position:start])
                value = block[start:position]
            if position > end:
                return None, None
            if kind == _CORRELATION_DATA:
                correlation = value
            elif kind == _RESPONSE_TOPIC:
                try:
                    response_topic = value.decode()
                except UnicodeDecodeError:
                    return None, None
        else:
            return None, None
    return (response_topic, correlation) if position == end else (None, None)
