"""BER as SNMP uses it: known encodings, and what is refused."""

from __future__ import annotations

import pytest

from jbnet.snmp import ber
from jbnet.snmp.ber import BerError, Tag
from jbnet.snmp.pdu import Pdu, PduType, decode_pdu, decode_varbinds, encode_pdu, request
from jbnet.snmp.types import VarBind


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (-1, "0201ff"), (-128, "020180"), (-129, "0202ff7f")],
)
def test_integers_take_the_fewest_bytes(value: int, encoded: str) -> None:
    assert ber.encode_integer(value).hex() == encoded
    assert ber.read_integer(bytes.fromhex(encoded), 0, len(encoded) // 2) == (value, len(encoded) // 2)


@pytest.mark.parametrize(
    ("oid", "encoded"),
    [
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), "06082b06010201010300"),
        ((2, 100, 3), "0603813403"),  # X.690 8.19.5
        ((1, 3, 6, 1, 4, 1, 2011), "06072b060104018f5b"),
        ((1, 3, 4294967295), "06062b8fffffff7f"),
        ((0, 0), "060100"),
    ],
)
def test_object_identifiers_have_the_encoding_of_x690(oid: tuple[int, ...], encoded: str) -> None:
    assert ber.encode_oid(oid).hex() == encoded
    assert ber.decode_oid(bytes.fromhex(encoded)[2:]) == oid


@pytest.mark.parametrize("oid", [(), (1,), (3, 1), (1, 40), (1, 3, 2**32), (1, 3, -1), (1, 3, *[1] * 127)])
def test_what_is_no_object_identifier_is_not_encoded(oid: tuple[int, ...]) -> None:
    with pytest.raises(BerError):
        ber.encode_oid(oid)


@pytest.mark.parametrize("content", ["", "2b86", "2b9080808000", "2b" + "01" * 200, "2b" + "ff" * 700])
def test_what_is_no_object_identifier_is_not_decoded(content: str) -> None:
    with pytest.raises(BerError):
        ber.decode_oid(bytes.fromhex(content))


def test_a_long_length_is_read_and_an_indefinite_one_refused() -> None:
    assert ber.read_header(bytes.fromhex("30820003aabbcc"), 0, 7) == (0x30, 4, 7)
    assert ber.read_header(b"\x04\x81\x80" + bytes(128), 0, 131) == (4, 3, 131)
    for wrong in ("3080", "30850000000000", "3082ff", "30", "3005aabb"):
        with pytest.raises(BerError):
            ber.read_header(bytes.fromhex(wrong), 0, len(wrong) // 2)


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("41050001020304", 0x01020304),
        ("4104ffffffff", 2**32 - 1),  # an agent that forgot the leading zero
        ("460900ffffffffffffffff", 2**64 - 1),
        ("4608ffffffffffffffff", 2**64 - 1),
        ("4004 7f000001", b"\x7f\0\0\1"),
        ("0204ffffffff", -1),
        ("8100", None),
        ("0400", b""),
    ],
)
def test_values_are_read_by_their_type(encoded: str, value: object) -> None:
    data = bytes.fromhex(encoded)
    assert ber.decode_value(data, data[0], 2, len(data)) == value


@pytest.mark.parametrize(
    "encoded",
    ["4100", "41050100000000", "4609010000000000000000", "0200", "02050000000000", "40037f0000", "0501aa", "810101",
     "4a0101", "7800", "0601ff"],
)  # fmt: skip
def test_values_out_of_range_or_of_no_snmp_type_are_refused(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    with pytest.raises(BerError):
        ber.decode_value(data, data[0], 2, len(data))


def test_a_request_has_a_hole_of_four_bytes_for_its_number() -> None:
    asked = request(PduType.GETBULK, ((1, 3, 6, 1, 2, 1, 2),), 0, 10)
    expected = "a51a 0204 01020304 020100 02010a 300c 300a 0606 2b0601020102 0500"
    assert asked.with_id(0x01020304) == bytes.fromhex(expected)


def test_varbinds_with_long_lengths_are_read_like_those_with_short_ones() -> None:
    text = VarBind((1, 3, 6, 1), Tag.OCTET_STRING, bytes(300))
    number = VarBind((1, 3, 6, 2), Tag.COUNTER32, 5)
    whole = encode_pdu(Pdu(PduType.RESPONSE, 1, 0, 0, (number, text, number)))
    assert decode_pdu(whole, 0, len(whole)).varbinds == (number, text, number)
    widened = bytes.fromhex("3081080603 2b0602 410105")
    assert decode_varbinds(widened, 0, len(widened)) == [number]
    name_widened = bytes.fromhex("3009 0681 03 2b0602 410105")
    assert decode_varbinds(name_widened, 0, len(name_widened)) == [number]


@pytest.mark.parametrize(
    "encoded",
    ["30", "300806032b0602410105ff", "300906032b060241010500", "300706032b06024105", "310806032b0602410105",
     "300805032b0602410105", "3008067f2b0602410105", "30020600"],
)  # fmt: skip
def test_varbinds_that_do_not_add_up_are_refused(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    with pytest.raises(BerError):
        decode_varbinds(data, 0, len(data))


def test_only_responses_and_reports_are_answers() -> None:
    for kind in (PduType.GET, 0xA3, 0xA7, 0x30):
        whole = encode_pdu(Pdu(kind, 1, 0, 0, ()))
        with pytest.raises(BerError):
            decode_pdu(whole, 0, len(whole))
