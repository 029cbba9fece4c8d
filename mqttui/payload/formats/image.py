"""PNG, JPEG and GIF: type and size, and with pillow a small preview."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from mqttui.payload.decoded import Decoded, Picture
from mqttui.payload.image_header import image_header
from mqttui.payload.quantities import size_text
from mqttui.payload.request import UnreadableError

if TYPE_CHECKING:
    from mqttui.payload.image_header import ImageHeader
    from mqttui.payload.request import DecodeRequest

PREVIEW_WIDTH = 72
PREVIEW_HEIGHT = 48
MOST_PIXELS = 4_000_000
MOST_BYTES = 4_000_000
MISSING_PILLOW = "a preview needs pillow: pip install 'mqttui[images]'"
_BACKGROUND = (128, 128, 128)


def decode(request: DecodeRequest) -> Decoded:
    """Return what the image says of itself, and its preview if there can be one."""
    header = image_header(request.head)
    if isinstance(header, str):
        raise UnreadableError(f"not an image: {header}")
    picture, note = _preview(request, header)
    size = f"{header.width:,} × {header.height:,} pixels"
    total = len(request.payload)
    text = f"{header.format_name} image\n{size}\n{header.colours}\n{size_text(total)}"
    return Decoded(
        "image",
        text,
        None,
        total,
        total,
        title=f"{header.format_name} image",
        notes=() if note is None else (note,),
        picture=picture,
    )


def _preview(request: DecodeRequest, header: ImageHeader) -> tuple[Picture | None, str | None]:
    """Return the image made small, or a note why there is none."""
    if not request.wants_picture:
        return None, None
    if request.is_head:
        return None, "no preview: only the beginning of the image was kept"
    if header.width * header.height > MOST_PIXELS:
        return None, f"no preview: more than {MOST_PIXELS:,} pixels"
    if len(request.payload) > MOST_BYTES:
        return None, f"no preview: more than {size_text(MOST_BYTES)}"
    try:
        from PIL import Image
    except ImportError:
        return None, MISSING_PILLOW
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(request.payload), formats=[header.format_name]) as image,
        ):
            if image.width * image.height > MOST_PIXELS:
                return None, f"no preview: more than {MOST_PIXELS:,} pixels"
            return _picture(image), None
    except Exception as error:
        # Whatever a damaged image makes of the library, it is no reason to hide the message.
        return None, f"no preview: the image is damaged ({type(error).__name__})"


def _picture(image: object) -> Picture:
    from PIL import Image

    assert isinstance(image, Image.Image)
    # JPEG can be read at a fraction of its size, in a fraction of the time.
    image.draft("RGB", (PREVIEW_WIDTH, PREVIEW_HEIGHT))
    layer = image.convert("RGBA")
    layer.thumbnail((PREVIEW_WIDTH, PREVIEW_HEIGHT))
    height = layer.height + layer.height % 2
    canvas = Image.new("RGB", (layer.width, height), _BACKGROUND)
    canvas.paste(layer, (0, 0), layer)
    data = canvas.tobytes()
    width = canvas.width
    pixels = [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]
    rows = tuple(tuple(pixels[row * width : (row + 1) * width]) for row in range(height))
    return Picture(width, height, rows)
