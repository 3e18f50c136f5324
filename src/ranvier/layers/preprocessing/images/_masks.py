"""Random rectangles, as masks."""

from ranvier import ops


def rectangle_masks(layer, shape, parts, seed):
    """Returns masks of one rectangle for each image, and the share of each.

    Args:
        layer: the image layer, which draws where the rectangles lie.
        shape: of the images, with or without a batch axis.
        parts: width and height of the rectangles, as parts of those of the images: two
            arrays with an entry for each image.
        seed: generator of random numbers, or None for the layer's own.

    Returns:
        `(masks, shares)`.
    """
    dtype = layer.compute_dtype
    height, width = shape[layer.height_axis], shape[layer.width_axis]
    inside = True
    area = 1.0
    for length, part, axis in (
        (width, parts[0], layer.width_axis),
        (height, parts[1], layer.height_axis),
    ):
        size = ops.cast(part * length, dtype)
        start = layer._uniform(part.shape, 0, 1, seed, dtype) * (length - size)
        end = start + size
        area = area * (end - start)
        grid_shape = [1, 1, 1, 1]
        grid_shape[axis] = length
        grid = ops.reshape(ops.arange(length, dtype=dtype), grid_shape)
        start, end = (x[:, None, None, None] for x in (start, end))
        inside = ops.logical_and(inside, (grid >= start) & (grid < end))
    masks = ops.repeat(inside, shape[layer.channel_axis], axis=layer.channel_axis)
    return masks, area / (width * height)
