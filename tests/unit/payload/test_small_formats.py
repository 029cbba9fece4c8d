"""Numbers of fixed width, text in other encodings, images and ThingFlow's readings."""

from __future__ import annotations

import io
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mqttui.payload.candidates import candidates
from mqttui.payload.formats.numbers import NUMBER_SIZES, number_layout
from mqttui.payload.image_header import ImageHeader, image_header
from mqttui.payload.registry import decode
from mqttui.payload.request import Context


@pytest.mark.parametrize("name", NUMBER_SIZES)
@pytest.mark.parametrize("order", ["be", "le"])
@given(st.data())
def test_a_number_is_read_as_it_was_written(name: str, order: str, data: st.DataObject) -> None:
    """Each width, in both byte orders, gives the number and no digit that was not sent."""
    size_bytes = NUMBER_SIZES[name]
    payload = data.draw(st.binary(min_size=size_bytes, max_size=size_bytes))
    full_name = name if size_bytes == 1 else f"{name}-{order}"
    (number,) = struct.unpack(number_layout(name, order), payload)
    decoded = decode(payload, decoder=full_name)
    assert decoded.tree is not None
    assert decoded.error is None
    if number == number:
        assert decoded.tree.value == number
        assert (
            struct.pack(
                number_layout(name, order),
                float(decoded.text) if "float" in name else int(decoded.text),
            )
            == payload
        )


def test_several_numbers_are_an_array() -> None:
    """A payload of twelve bytes is three floats; one of ten is none."""
    payload = struct.pack("<3f", 1.5, -2.25, 0.1)
    assert decode(payload, decoder="float32-le").text == "[1.5, -2.25, 0.1]"
    assert decode(payload[:10], decoder="float32-le").error == (
        "not float32: 10 bytes, 4 each are needed"
    )


def test_a_payload_of_the_size_of_a_number_shows_what_it_would_be() -> None:
    """Below the hex dump stands every number that the four bytes could be."""
    assert decode(struct.pack(">f", 21.1)).text.splitlines()[2:] == [
        "endian          big        little",
        "int8             65",
        "uint8            65",
        "int16         16808        -22463",
        "uint16        16808         43073",
        "int32    1101581517    -842225599",
        "uint32   1101581517    3452741697",
        "float16       2.828      -0.03323",
        "float32        21.1  -429197340.0",
    ]
    # Where there is little room each byte order has a line of its own.
    assert decode(struct.pack(">h", 258), hex_row_bytes=4).text.splitlines()[2:6] == [
        "int8                    1",
        "uint8                   1",
        "int16       big       258",
        "         little       513",
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("21.5 °C", "utf-16", "looks like UTF-16"),
        ("hello world", "utf-16-le", "looks like UTF-16"),
        ("hello world", "utf-16-be", "looks like UTF-16"),
        ("温度は高い", "utf-16", "looks like UTF-16"),
    ],
)
def test_utf_16_is_recognised(text: str, encoding: str, guess: str) -> None:
    """A byte order mark or zeros in every other place tell UTF-16 from binary."""
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.guess) == (text, guess)


def test_latin_1_is_chosen_by_hand() -> None:
    """One byte a character, where UTF-8 would show the odd byte."""
    assert decode(b"21.5 \xb0C", decoder="latin-1").text == "21.5 °C"
    assert decode(b"abc", decoder="utf-16").error == "not UTF-16: 3 bytes are an odd number"


def image_bytes(kind: str, size: tuple[int, int] = (40, 20)) -> bytes:
    """Return an image whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, (255, 0, 0))
    image.paste((0, 0, 255), (size[0] // 2, 0, size[0], size[1]))
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_an_image_is_described_and_made_small(kind: str) -> None:
    """Type and size come from the header; the preview has the colours in their places."""
    payload = image_bytes(kind)
    assert decode(payload).picture is None
    decoded = decode(payload, wants_picture=True)
    assert (decoded.kind, decoded.guess, decoded.notes) == ("image", f"{kind} image", ())
    assert decoded.text.splitlines()[:2] == [f"{kind} image", "40 × 20 pixels"]
    picture = decoded.picture
    assert picture is not None
    assert (picture.width, picture.height, len(picture.rows)) == (40, 20, 20)
    assert {len(row) for row in picture.rows} == {40}
    (red, _, blue), (red_right, _, blue_right) = picture.rows[10][5], picture.rows[10][35]
    assert red > 200 > 60 > blue
    assert blue_right > 200 > 60 > red_right


def test_a_large_image_is_made_small_enough_for_a_pane() -> None:
    """The preview keeps the proportions and has an even number of rows."""
    picture = decode(image_bytes("PNG", (300, 700)), wants_picture=True).picture
    assert picture is not None
    assert (picture.width, picture.height) == (21, 48)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_damaged_image_is_still_described(kind: str) -> None:
    """Without its end there is no preview, and the header is told all the same."""
    payload = image_bytes(kind)[:-40]
    for is_head in (False, True):
        decoded = decode(payload, is_head=is_head, wants_picture=True)
        assert decoded.text.startswith(f"{kind} image\n40 × 20 pixels")
        assert decoded.picture is None
        assert decoded.notes[0].startswith("no preview: ")


def test_an_enormous_image_is_not_unpacked() -> None:
    """A header that promises 65,535 by 65,535 pixels costs nothing."""
    payload = image_bytes("PNG")
    huge = payload[:16] + struct.pack(">II", 65_535, 65_535) + payload[24:]
    assert decode(huge, wants_picture=True).notes == ("no preview: more than 4,000,000 pixels",)


def test_without_pillow_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing extra is a sentence with a remedy; the image is described nevertheless."""
    payload = image_bytes("PNG")
    monkeypatch.setitem(sys.modules, "PIL", None)
    decoded = decode(payload, wants_picture=True)
    assert decoded.text.startswith("PNG image")
    assert decoded.notes == ("a preview needs pillow: pip install 'mqttui[images]'",)


@given(st.binary(max_size=60))
def test_any_bytes_after_the_beginning_of_an_image(tail: bytes) -> None:
    """A header that goes on with anything is read or refused, never followed out of the bytes."""
    for start in (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"GIF89a", b"\xff\xd8\xff\xe0"):
        assert isinstance(image_header(start + tail), ImageHeader | str)
        assert decode(start + tail, wants_picture=True).picture is None


def test_a_reading_of_thingflow_names_its_parts() -> None:
    """The three items get their names, and a time that is one is written out."""
    decoded = decode(b'["lux-1", 1700000000, 284.1312]', decoder="thingflow")
    assert decoded.text == (
        '{\n  "sensor_id": "lux-1",\n  "ts": 1700000000,  # 2023-11-14T22:13:20Z\n'
        '  "value": 284.1312\n}'
    )
    assert "not a time of day" in decode(b'["lux-1", 624, 284.1]', decoder="thingflow").text
    assert decode(b"[1, 2]", decoder="thingflow").error == (
        "not a reading of ThingFlow: no array [sensor_id, ts, value]"
    )


def test_the_content_type_settles_what_is_ambiguous() -> None:
    """A number in CBOR is not guessed at, but read when the publisher says that it is CBOR."""
    payload = b"\x19\x12\x67"
    assert decode(payload).title == "binary"
    context = Context(content_type="application/cbor; version=1")
    assert decode(payload, context=context).guess == "CBOR"
    assert decode(b"on", context=Context(content_type="image/png")).guess == "text"


def test_candidates_come_with_what_they_would_show() -> None:
    """The list to choose from has every decoder, those that fit first, with value or reason."""
    found = candidates(b'{"v": 4.8}', 24)
    names = [candidate.decoder.name for candidate in found]
    assert names[:2] == ["json", "text"]
    assert found[0].preview == '{ "v": 4.8 }'
    fits = [candidate.fits for candidate in found]
    assert fits == sorted(fits, reverse=True)
    refused = {each.decoder.name: each.preview for each in found if not each.fits}
    assert refused["image"].startswith("not an image")
    assert all(len(candidate.preview) <= 24 for candidate in found)
