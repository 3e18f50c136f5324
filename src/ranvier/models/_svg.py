"""Pictures of models drawn without Graphviz: boxes on levels, arrows between them."""

import html

_FONT = "Helvetica, Arial, sans-serif"
_LINE, _PAD, _GAP_LEVEL, _GAP_BOX, _MARGIN = 19, 9, 42, 26, 12
_CHAR, _CHAR_TITLE = 7.1, 8.3  # mean widths of a character at 13 and 14 px, bold
_DARK, _FRAME = "#1f2d3d", "#8795a1"


def svg_of(picture, labels, rankdir="TB") -> str:
    """Returns SVG text.

    Args:
        picture: a `Picture`.
        labels: `(title, [(label, value)...])` of each box.
        rankdir: `"TB"`, `"LR"`, `"BT"` or `"RL"`.
    """
    sizes = [_size(label) for label in labels]
    places, width, height = _place(picture, sizes, rankdir)
    frames = _frames(picture, places, sizes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'font-family="{_FONT}" font-size="13">',
        f"<title>{html.escape(picture.name)}</title>",
        '<defs><marker id="rv-arrow" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        f'<path d="M0 0L8 4L0 8z" fill="{_DARK}"/></marker></defs>',
    ]
    for name, (x, y, w, h) in frames:
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="6" '
            f'fill="none" stroke="{_FRAME}" stroke-dasharray="5 4"/>'
            f'<text x="{x + 8:.1f}" y="{y + 15:.1f}" fill="{_FRAME}">'
            f"{html.escape(name)}</text>"
        )
    for start, end in picture.arrows:
        parts.append(_arrow(places, sizes, start, end, rankdir))
    for place, label, size in zip(places, labels, sizes, strict=True):
        parts.append(_box(place, label, size))
    parts.append("</svg>")
    return "".join(parts)


def _size(label):
    title, lines = label
    texts = [len(title) * _CHAR_TITLE]
    texts += [
        len(f"{name}: {value}" if name else value) * _CHAR for name, value in lines
    ]
    height = _LINE + _PAD + (len(lines) * _LINE + _PAD if lines else 0)
    return max(texts) + 2 * _PAD, height


def _place(picture, sizes, rankdir):
    """Returns the upper left corner of each box, and the size of the picture."""
    levels = picture.levels()
    rows = [[] for _ in range(max(levels, default=0) + 1)]
    for box, level in enumerate(levels):
        rows[level].append(box)
    _untangle(rows, picture.arrows)
    across = 0 if rankdir in ("TB", "BT") else 1  # the axis along a level
    spread = [
        sum(sizes[box][across] for box in row) + _GAP_BOX * (len(row) - 1)
        for row in rows
    ]
    whole = max(spread, default=0)
    # Frames of nested models need room for their name.
    extra = 14 * max((len(box.groups) for box in picture.boxes), default=0)
    places = [(0.0, 0.0)] * len(sizes)
    depth = _MARGIN + extra
    for row, length in zip(rows, spread, strict=True):
        position = _MARGIN + extra + (whole - length) / 2
        thickness = max(sizes[box][1 - across] for box in row)
        for box in row:
            offset = depth + (thickness - sizes[box][1 - across]) / 2
            places[box] = (position, offset) if across == 0 else (offset, position)
            position += sizes[box][across] + _GAP_BOX
        depth += thickness + _GAP_LEVEL
    depth += _MARGIN + extra - _GAP_LEVEL
    size = [0.0, 0.0]
    size[across], size[1 - across] = whole + 2 * (_MARGIN + extra), depth
    if rankdir in ("BT", "RL"):
        places = [
            (
                size[0] - x - w if rankdir == "RL" else x,
                size[1] - y - h if rankdir == "BT" else y,
            )
            for (x, y), (w, h) in zip(places, sizes, strict=True)
        ]
    return places, *size


def _untangle(rows, arrows):
    """Orders each level by the mean place of what its boxes are connected to."""
    for _ in range(3):
        for neighbours in (0, 1):  # looking up, then down
            for row in rows if neighbours == 0 else reversed(rows):
                order = {b: i / len(r) for r in rows for i, b in enumerate(r)}

                def mean(box, order=order, neighbours=neighbours):
                    ends = [a[neighbours] for a in arrows if a[1 - neighbours] == box]
                    return (
                        sum(order[e] for e in ends) / len(ends) if ends else order[box]
                    )

                row.sort(key=mean)


def _frames(picture, places, sizes):
    """Yields the frame of each nested model, outer ones first."""
    groups = {
        box.groups[:depth]
        for box in picture.boxes
        for depth in range(1, len(box.groups) + 1)
    }
    deepest = max((len(box.groups) for box in picture.boxes), default=0)
    for group in sorted(groups, key=len):
        inside = [
            i for i, b in enumerate(picture.boxes) if b.groups[: len(group)] == group
        ]
        pad = 12 + 10 * (deepest - len(group))
        left = min(places[i][0] for i in inside) - pad
        top = min(places[i][1] for i in inside) - pad - 8
        right = max(places[i][0] + sizes[i][0] for i in inside) + pad
        bottom = max(places[i][1] + sizes[i][1] for i in inside) + pad
        yield group[-1], (left, top, right - left, bottom - top)


def _arrow(places, sizes, start, end, rankdir):
    (x1, y1), (w1, h1) = places[start], sizes[start]
    (x2, y2), (w2, h2) = places[end], sizes[end]
    if rankdir in ("TB", "BT"):
        x1, x2 = x1 + w1 / 2, x2 + w2 / 2
        y1, y2 = (y1 + h1, y2) if rankdir == "TB" else (y1, y2 + h2)
        bend = (y2 - y1) / 2
        curve = f"C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f}"
    else:
        y1, y2 = y1 + h1 / 2, y2 + h2 / 2
        x1, x2 = (x1 + w1, x2) if rankdir == "LR" else (x1, x2 + w2)
        bend = (x2 - x1) / 2
        curve = f"C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f}"
    return (
        f'<path d="M{x1:.1f} {y1:.1f}{curve} {x2:.1f} {y2:.1f}" fill="none" '
        f'stroke="{_DARK}" stroke-width="1.6" marker-end="url(#rv-arrow)"/>'
    )


def _box(place, label, size):
    (x, y), (title, lines), (w, h) = place, label, size
    head = _LINE + _PAD
    parts = [
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="4" '
        f'fill="#fff" stroke="{_DARK}"/>',
        f'<path d="M{x:.1f} {y + head:.1f}v-{head - 4:.1f}q0 -4 4 -4h{w - 8:.1f}'
        f'q4 0 4 4v{head - 4:.1f}z" fill="{_DARK}"/>',
        f'<text x="{x + w / 2:.1f}" y="{y + 19:.1f}" text-anchor="middle" fill="#fff" '
        f'font-size="14" font-weight="bold">{html.escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(lines, 1):
        text = html.escape(value)
        bold = f'<tspan font-weight="bold">{text}</tspan>'
        parts.append(
            f'<text x="{x + _PAD:.1f}" y="{y + head + number * _LINE - 3:.1f}" '
            f'fill="{_DARK}">{html.escape(name) + ": " if name else ""}{bold}</text>'
        )
    return "".join(parts)
