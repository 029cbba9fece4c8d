"""WebSocket frames, read and written (RFC 6455 section 5). Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

CLOSE = 0x8
PING = 0x9
PONG = 0xA
BINARY = 0x2
_DATA = (0x0, BINARY)
_CONTROL_LIMIT_BYTES = 125


class WebSocketFault(Exception):
    """The broker breaks a rule of the WebSocket protocol; the text says which."""


@dataclass(slots=True)
class WebSocketFrames:
    """Reads frames as they come from a server; a frame may be split anywhere.

    `controls` collects (opcode, payload) of control frames until `take_controls`. Frame
    boundaries mean nothing to MQTT (MQTT 5.0 section 6), so the payload of a long frame is
    handed on as it arrives and never collected. After a `fault` nothing more is read.
    """

    controls: list[tuple[int, bytes]] = field(default_factory=list)
    fault: WebSocketFault | None = None
    _rest: bytes = b""
    _to_come: int = 0

    def take_controls(self) -> list[tuple[int, bytes]]:
        """Return the control frames that came since the last call."""
        controls, self.controls = self.controls, []
        return controls

    def feed(self, data: bytes) -> bytes:
        """Return the payload in what was read, up to the first fault."""
        if self.fault is not None:
            return b""
        if self._to_come >= len(data):
            self._to_come -= len(data)
            return data
        parts = []
        if self._to_come:
            parts.append(data[: self._to_come])
        pos, self._to_come = self._to_come, 0
        if self._rest:
            # No payload is under way while a header is incomplete.
            data = self._rest + data
            self._rest = b""
        total = len(data)
        while pos + 2 <= total:
            opcode = data[pos] & 0x0F
            size = data[pos + 1]
            start = pos + 2
            if size > 125:
                if size > 127:
                    self.fault = WebSocketFault("a masked WebSocket frame")
                    break
                width = 2 if size == 126 else 8
                start += width
                if start > total:
                    break
                size = int.from_bytes(data[start - width : start])
            end = start + size
            if opcode in _DATA:
                parts.append(data[start:end])
                if end > total:
                    self._to_come = end - total
                    end = total
            elif opcode < CLOSE:
                self.fault = WebSocketFault("a WebSocket frame that is not binary")
                break
            elif size > _CONTROL_LIMIT_BYTES:
                self.fault = WebSocketFault("a WebSocket control frame that is too long")
                break
            elif end > total:
                break
            else:
                self.controls.append((opcode, data[start:end]))
            pos = end
        self._rest = data[pos:]
        return b"".join(parts)


def masked_frame(opcode: int, payload: bytes | bytearray, mask: bytes) -> bytes:
    """Return a frame as a client sends it; `mask` is four unpredictable bytes."""
    size = len(payload)
    if size < 126:
        header = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        header = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2)
    else:
        header = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8)
    # Whole numbers are combined at the speed of C, bytes are not.
    key = int.from_bytes((mask * (size // 4 + 1))[:size])
    return header + mask + (int.from_bytes(payload) ^ key).to_bytes(size)
