"""Writes small encoded pictures of many kinds to images.json. Needs Pillow.

python tests/data/io/golden/make_images.py
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw

HERE = pathlib.Path(__file__).parent


def smooth(height, width, channels, seed=0):
    """A picture that JPEG keeps well."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    shades = [
        np.sin(3 * x + c + seed) * 60 + np.cos(4 * y - c) * 50 + 128
        for c in range(channels)
    ]
    return np.clip(np.stack(shades, axis=-1), 0, 255).astype(np.uint8)


def noise(height, width, channels, top=256, dtype=np.uint8):
    rng = np.random.default_rng(height * width + channels)
    return rng.integers(0, top, (height, width, channels)).astype(dtype)


def save(array, format, mode=None, **options):
    image = Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)
    if mode:
        image = image.convert(mode)
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def png(array, bits, colour, filters=(0,), interlaced=False, extra=b""):
    """A PNG file by hand: any depth and filter."""
    height, width = array.shape[:2]
    if bits == 16:
        rows = array.astype(">u2").reshape(height, -1).view(np.uint8)
    elif bits == 8:
        rows = array.reshape(height, -1)
    else:
        flat = array.reshape(height, -1)
        digits = np.unpackbits(flat[:, :, None], axis=2)[:, :, 8 - bits :]
        rows = np.packbits(digits.reshape(height, -1), axis=1)
    pixel = max(1, array.shape[2] * bits // 8)
    above, lines = np.zeros(rows.shape[1], np.uint8), []
    for i, row in enumerate(rows):
        kind = filters[i % len(filters)]
        left = np.concatenate([np.zeros(pixel, np.uint8), row[:-pixel]])
        corner = np.concatenate([np.zeros(pixel, np.uint8), above[:-pixel]])
        a, b, c = left.astype(int), above.astype(int), corner.astype(int)
        p = a + b - c
        pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
        paeth = np.where((pa <= pb) & (pa <= pc), a, np.where(pb <= pc, b, c))
        guess = [0 * a, a, b, (a + b) // 2, paeth][kind]
        lines.append(bytes([kind]) + (row - guess).astype(np.uint8).tobytes())
        above = row
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = [(b"IHDR", header)]
    if extra:
        chunks.append((extra[:4], extra[4:]))
    chunks += [(b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")]
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        out += struct.pack(">I", len(data)) + name + data
        out += struct.pack(">I", zlib.crc32(name + data))
    return out


def bmp(array, bottom_up=True):
    height, width, channels = array.shape
    order = [0] if channels == 1 else [2, 1, 0, 3][:channels]
    rows = array[:, :, order]
    rows = rows[::-1] if bottom_up else rows
    padding = -width * channels % 4
    body = b"".join(row.tobytes() + bytes(padding) for row in rows)
    head = struct.pack("<2sIHHI", b"BM", 54 + len(body), 0, 0, 54)
    size = height if bottom_up else -height
    bits = 8 * channels
    head += struct.pack("<IiiHHIIiiII", 40, width, size, 1, bits, 0, 0, 0, 0, 0, 0)
    return head + body


def animation():
    frames = []
    for i in range(3):
        image = Image.new("RGB", (12, 10), (i * 80, 40, 200))
        ImageDraw.Draw(image).rectangle((i, i, i + 4, i + 3), fill=(250, 10 * i, 5))
        frames.append(image)
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


def pictures():
    rgb, grey = smooth(9, 13, 3), smooth(9, 13, 1)
    deep = {c: noise(6, 5, c, 65536, np.uint16) for c in (1, 2, 3, 4)}
    every = (0, 1, 2, 3, 4)
    transparent = b"tRNS" + struct.pack(">HHH", 1, 2, 3)
    made = {
        "png-rgb": save(noise(7, 5, 3), "PNG"),
        "png-grey": save(noise(7, 5, 1), "PNG"),
        "png-rgba": save(noise(7, 5, 4), "PNG"),
        "png-grey-alpha": png(noise(7, 5, 2), 8, 4, every),
        "png-palette": save(noise(7, 5, 3), "PNG", "P"),
        "png-palette-transparent": save(noise(7, 5, 3), "PNG", "P", transparency=3),
        "png-1-bit": png(noise(7, 5, 1, 2), 1, 0),
        "png-2-bit": png(noise(7, 5, 1, 4), 2, 0),
        "png-4-bit": png(noise(7, 5, 1, 16), 4, 0),
        "png-16-grey": png(deep[1], 16, 0, every),
        "png-16-grey-alpha": png(deep[2], 16, 4, every),
        "png-16-rgb": png(deep[3], 16, 2, every),
        "png-16-rgba": png(deep[4], 16, 6, every),
        "png-rgb-transparent": png(noise(7, 5, 3), 8, 2, extra=transparent),
        "png-grey-transparent": png(noise(7, 5, 1), 8, 0, extra=transparent[:6]),
        "jpeg-rgb": save(rgb, "JPEG", quality=95),
        "jpeg-grey": save(grey, "JPEG", quality=95),
        "jpeg-444": save(rgb, "JPEG", quality=80, subsampling=0),
        "jpeg-progressive": save(rgb, "JPEG", quality=90, progressive=True),
        "jpeg-cmyk": save(rgb, "JPEG", "CMYK", quality=95),
        "bmp-8": bmp(noise(5, 7, 1)),
        "bmp-24": bmp(noise(5, 7, 3)),
        "bmp-32": bmp(noise(5, 7, 4)),
        "bmp-top-down": bmp(noise(5, 7, 3), bottom_up=False),
        "gif-one": save(smooth(9, 13, 3), "GIF"),
        "gif-animated": animation(),
        "webp-lossless": save(noise(5, 7, 3), "WEBP", lossless=True),
        "webp-alpha": save(noise(5, 7, 4), "WEBP", lossless=True, exact=True),
    }
    for name in ("png-rgb", "jpeg-rgb", "bmp-24", "gif-one"):
        made[f"{name}-cut"] = made[name][: len(made[name]) * 2 // 3]
    made["text"] = b"no picture at all, but long enough to be one"
    made["empty"] = b""
    return made


if __name__ == "__main__":
    encoded = {k: base64.b64encode(v).decode() for k, v in pictures().items()}
    (HERE / "images.json").write_text(json.dumps(encoded, indent=0) + "\n")
