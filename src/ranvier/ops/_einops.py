"""Rearranging axes by a pattern of names."""

import math
import re

import jax.numpy as jnp

from ranvier.ops._dispatch import op


@op
def rearrange(tensor, pattern, **axes_lengths):
    """Splits, permutes and merges the axes of a tensor as a pattern tells.

    Args:
        tensor: a tensor.
        pattern: names of the axes before and after, such as `"b h w c -> b (h w) c"`.
            Parentheses stand for one axis that several are merged into.
        **axes_lengths: lengths of named axes; of those merged on the left all but
            one must be known.

    Raises:
        ValueError: if the pattern does not fit the tensor or itself.

    Example:
        >>> from ranvier import ops
        >>> ops.rearrange(ops.ones((2, 6)), "a (b c) -> c (a b)", b=3).shape
        (2, 6)
    """
    tensor = jnp.asarray(tensor)
    left, arrow, right = pattern.partition("->")
    before, after = _parse(left), _parse(right)
    names = [name for group in before for name in group]
    if not arrow or sorted(names) != sorted(name for group in after for name in group):
        raise ValueError(
            "`pattern` must have the same names, each once, on both sides of `->`. "
            f"Received: pattern={pattern!r}"
        )
    if len(set(names)) != len(names) or len(before) != tensor.ndim:
        raise ValueError(
            "The left side of `pattern` must name each axis of the tensor once. "
            f"Received: pattern={pattern!r}, tensor.shape={tensor.shape}"
        )
    sizes = _sizes(before, tensor.shape, axes_lengths, pattern)
    split = tensor.reshape([sizes[name] for name in names])
    order = [names.index(name) for group in after for name in group]
    merged = [math.prod(sizes[name] for name in group) for group in after]
    return split.transpose(order).reshape(merged)


def _parse(side):
    """Returns a list of groups of names: `"a (b c)"` is `[["a"], ["b", "c"]]`."""
    groups = re.findall(r"\(([\w\s]*)\)|(\w+)", side)
    return [[single] if single else merged.split() for merged, single in groups]


def _sizes(groups, shape, given, pattern):
    sizes = {}
    for group, length in zip(groups, shape):
        unknown = [name for name in group if name not in given]
        known = math.prod(given[name] for name in group if name in given)
        fits = length % known == 0 if unknown else length == known
        if len(unknown) > 1 or not fits:
            raise ValueError(
                f"Cannot split an axis of length {length} into {group}: "
                f"given are {given}. Received: pattern={pattern!r}, "
                f"tensor.shape={shape}"
            )
        sizes.update({name: given.get(name, length // known) for name in group})
    return sizes
