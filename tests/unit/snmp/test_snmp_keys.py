"""Keys and ciphers against the test vectors of the RFCs."""

from __future__ import annotations

import hmac

import pytest
from pysnmp.entity import config
from pysnmp.proto.rfc1902 import OctetString

from jbnet.model.secrets import Secret
from jbnet.snmp import keys
from jbnet.snmp.ber import BerError
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.privacy import Privacy, privacy

ENGINE = bytes.fromhex("000000000000000000000002")


@pytest.mark.parametrize(
    ("algorithm", "user", "localized"),
    [
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),  # RFC 3414 A.3.1
        ("sha1", "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f"),  # A.3.2
    ],
)
def test_the_password_maplesyrup_gives_the_keys_of_rfc_3414(algorithm: str, user: str, localized: str) -> None:
    key = keys.password_to_key(b"maplesyrup", algorithm)
    assert key.hex() == user
    assert keys.localize(key, ENGINE, algorithm).hex() == localized


@pytest.mark.parametrize("protocol", keys.AUTH_PROTOCOLS.values(), ids=lambda protocol: protocol.name)
@pytest.mark.parametrize("size", [0, 55, 64, 127, 1400])
def test_digests_are_those_of_hmac(protocol: keys.AuthProtocol, size: int) -> None:
    key, text = bytes(range(20)), bytes(size)
    expected = hmac.digest(key, text, protocol.algorithm)[: protocol.digest_bytes]
    assert keys.Signer(key, protocol).digest(text) == expected


def cipher_of(name: str) -> Privacy:
    protocol = keys.PRIV_PROTOCOLS[name]
    return privacy(protocol, bytes(range(protocol.key_bytes)))


@pytest.mark.parametrize("name", keys.PRIV_PROTOCOLS)
@pytest.mark.parametrize("size", [0, 1, 7, 8, 100, 1403])
def test_decrypting_undoes_encrypting(name: str, size: int) -> None:
    cipher, plain = cipher_of(name), bytes(range(256)) * 6
    secret, parameters = cipher.encrypt(plain[:size], 3, 77, 2**40 + 5)
    assert cipher.decrypt(secret, 3, 77, parameters)[:size] == plain[:size]
    assert len(parameters) == 8


@pytest.mark.parametrize("name", keys.PRIV_PROTOCOLS)
def test_the_same_text_is_never_encrypted_to_the_same_bytes(name: str) -> None:
    cipher = cipher_of(name)
    assert len({cipher.encrypt(bytes(64), 1, 1, salt) for salt in range(100)}) == 100


def test_parameters_that_cannot_be_right_are_refused() -> None:
    for name, secret, parameters in (("AES", bytes(8), bytes(7)), ("DES", bytes(8), b""), ("DES", bytes(9), bytes(8))):
        with pytest.raises(BerError):
            cipher_of(name).decrypt(secret, 1, 1, parameters)


@pytest.mark.parametrize(
    ("written", "name"),
    [("sha", "SHA"), ("SHA-1", "SHA"), ("sha-256", "SHA256"), ("AES-128", "AES"), ("aes-256-c", "AES256C"), ("", "")],
)
def test_a_protocol_has_one_name_however_it_is_written(written: str, name: str) -> None:
    assert keys.protocol_name(written) == name


def test_a_key_ring_makes_each_key_once_and_shows_none() -> None:
    ring, secret = KeyRing(), Secret("auth", "maplesyrup")
    protocol = keys.AUTH_PROTOCOLS["SHA"]
    assert ring.signer(secret, protocol, ENGINE) is ring.signer(secret, protocol, ENGINE)
    assert ring.signer(secret, protocol, ENGINE) is not ring.signer(secret, protocol, b"other")
    assert "maplesyrup" not in repr(ring)


AUTH = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
PYSNMP = {
    "DES": config.USM_PRIV_CBC56_DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES192C": config.USM_PRIV_CFB192_AES,
    "AES256C": config.USM_PRIV_CFB256_AES,
}


@pytest.mark.parametrize("priv", PYSNMP)
@pytest.mark.parametrize("auth", AUTH)
def test_the_keys_of_both_drafts_are_those_that_pysnmp_makes(auth: str, priv: str) -> None:
    protocol, algorithm = keys.PRIV_PROTOCOLS[priv], keys.AUTH_PROTOCOLS[auth].algorithm
    user = keys.password_to_key(b"maplesyrup", algorithm)
    service = config.PRIV_SERVICES[PYSNMP[priv]]
    theirs = bytes(service.localize_key(AUTH[auth], OctetString(user), OctetString(ENGINE)))
    assert keys.privacy_key(keys.localize(user, ENGINE, algorithm), protocol, ENGINE, algorithm) == theirs


def test_a_hash_that_is_long_enough_gives_the_same_key_by_either_draft() -> None:
    localized = bytes(range(64))
    for size in ("192", "256"):
        pair = [keys.PRIV_PROTOCOLS[f"AES{size}{draft}"] for draft in ("", "C")]
        assert len({keys.privacy_key(localized, protocol, ENGINE, "sha512") for protocol in pair}) == 1
