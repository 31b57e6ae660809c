"""Servers on the loopback address that probes are tried on, and certificates for them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOME = "127.0.0.1"


class Authority:
    """Signs certificates, kept in a directory; ``file`` is its own."""

    def __init__(self, directory: Path, now: datetime):
        self._directory, self._now = directory, now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("probe authority")
        made = self._builder(self._name, self._key, now + timedelta(days=3650))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(_usage(sign=True), critical=True)
        self.file = directory / "authority.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def context(self, name: str, until: datetime) -> ssl.SSLContext:
        """Return what a server needs that shows a certificate for a name, good until then."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(name), x509.IPAddress(ip_address(HOME))]
        made = self._builder(_name(name), key, until)
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        file = self._directory / f"{name}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        begins = self._now - timedelta(days=365)
        return made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(until)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(digital_signature=True, content_commitment=False, key_encipherment=False,
                         data_encipherment=False, key_agreement=False, key_cert_sign=sign, crl_sign=sign,
                         encipher_only=False, decipher_only=False)  # fmt: skip


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = 200 if self.path == "/health" else 503
        self.send_response(status)
        self.end_headers()
        self.wfile.write("服务正常".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base class has it
        """Say nothing."""


@contextmanager
def web(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a web server; give its port. ``/health`` is well, nothing else is."""
    server = ThreadingHTTPServer((HOME, 0), _Page)
    server.daemon_threads = False
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mute() -> Iterator[int]:
    """Run a server that takes connections and never says a word; give its port."""
    with socket.create_server((HOME, 0), backlog=64) as server:
        yield int(server.getsockname()[1])


@contextmanager
def closed() -> Iterator[int]:
    """Give a port of nobody's."""
    with socket.socket() as kept:  # bound and not listening: refused, and nobody else gets it
        kept.bind((HOME, 0))
        yield int(kept.getsockname()[1])
