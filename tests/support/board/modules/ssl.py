# TLS with the rules of mbedTLS on a board; the work is done by node.
import _host

PROTOCOL_TLS_CLIENT = 0
PROTOCOL_TLS_SERVER = 1
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2

# MBEDTLS_ERR_X509_CERT_VERIFY_FAILED
_VERIFY_FAILED = -9984


def _pem(certificate):
    certificate = bytes(certificate)
    if certificate.startswith(b"-----"):
        # The ESP32 port reads DER only.
        raise ValueError("invalid cert")
    from binascii import b2a_base64

    text = b2a_base64(certificate).decode().strip()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % "\n".join(lines)


class SSLContext:
    def __init__(self, protocol):
        self.verify_mode = CERT_REQUIRED if protocol == PROTOCOL_TLS_CLIENT else CERT_NONE
        self._authority = None

    def load_verify_locations(self, cafile=None, cadata=None):
        if cafile:
            with open(cafile, "rb") as file:
                cadata = file.read()
        self._authority = _pem(cadata)

    def wrap_socket(
        self,
        sock,
        *,
        server_side=False,
        do_handshake_on_connect=True,
        server_hostname=None,
        client_id=None,
    ):
        is_verified = self.verify_mode == CERT_REQUIRED
        if is_verified and server_hostname is None:
            raise ValueError("CERT_REQUIRED requires server_hostname")
        if _host.secure(sock.number, server_hostname, self._authority, is_verified) < 0:
            raise OSError(_VERIFY_FAILED if is_verified else 5, _host.answered_text())
        return sock


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.verify_mode = cert_reqs
    if cadata:
        context.load_verify_locations(cadata=cadata)
    return context.wrap_socket(sock, server_hostname=server_hostname)
