# Sockets of the ESP32 port: TCP over IPv4, with its error numbers.
import io
from binascii import hexlify, unhexlify

import _host
import network

AF_INET = 2
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOL_SOCKET = 1
SO_REUSEADDR = 2
IPPROTO_TCP = 6
TCP_NODELAY = 1

_POLL = 3
_CLOSE = 4
_AGAIN = 11
_ABORTED = 113
_UNREACHABLE = 118
_UNKNOWN_NAME = -202
_CONNECT_TIMEOUT_MS = 18000
_MOST_BYTES = 65000


def _has_wifi():
    return network.WLAN(network.STA_IF).isconnected()


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    if not _has_wifi() or _host.resolve(host) != 0:
        raise OSError(_UNKNOWN_NAME)
    return [(AF_INET, SOCK_STREAM, 0, host, (_host.answered_text(), port))]


class socket(io.IOBase):
    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=0):
        self.number = _host.open()
        self._timeout_ms = -1

    def ioctl(self, request, argument):
        if request == _POLL:
            return _host.poll(self.number) & argument
        if request == _CLOSE:
            self.close()
        return 0

    def settimeout(self, timeout_s):
        self._timeout_ms = -1 if timeout_s is None else int(timeout_s * 1000)

    def setblocking(self, is_blocking):
        self._timeout_ms = -1 if is_blocking else 0

    def setsockopt(self, *_arguments):
        pass

    def _checked(self, status):
        if not _has_wifi():
            raise OSError(_ABORTED)
        if status < 0:
            raise OSError(-status)
        return status

    def connect(self, address):
        if not _has_wifi():
            raise OSError(_UNREACHABLE)
        host, port = address
        timeout_ms = self._timeout_ms if self._timeout_ms > 0 else _CONNECT_TIMEOUT_MS
        self._checked(_host.connect(self.number, host, port, timeout_ms))

    def send(self, content):
        # What is sent without Wi-Fi waits in a buffer that nobody empties.
        if not _has_wifi():
            raise OSError(_ABORTED)
        return self._checked(_host.send(self.number, hexlify(bytes(content)).decode()))

    def write(self, content, size=None):
        if isinstance(content, str):
            content = content.encode()
        return self.send(content if size is None else bytes(content)[:size])

    def sendall(self, content):
        self.write(content)

    def recv(self, size):
        self._checked(_host.receive(self.number, size, self._timeout_ms, False))
        return unhexlify(_host.answered_hex())

    def read(self, size=-1):
        wanted = _MOST_BYTES if size < 0 else size
        status = _host.receive(self.number, wanted, self._timeout_ms, True)
        if status == -_AGAIN:
            return None
        self._checked(status)
        return unhexlify(_host.answered_hex())

    def readinto(self, buffer, size=None):
        content = self.read(len(buffer) if size is None else size)
        if content is None:
            return None
        for place, byte in enumerate(content):
            buffer[place] = byte
        return len(content)

    def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            byte = self.read(1)
            if not byte:
                break
            line += byte
        return line

    def close(self):
        if self.number:
            _host.close(self.number)
            self.number = 0
