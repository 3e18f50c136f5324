"""Scaled dot-product attention."""

import jax
import jax.numpy as jnp

from ranvier.core import _config, _dtypes
from ranvier.ops._dispatch import op


@op
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """Computes `softmax(Q K' * scale + bias) V` for each head.

    Attention Is All You Need: https://arxiv.org/abs/1706.03762. With fewer heads in
    key and value than in query, several query heads share one.

    Args:
        query: a tensor of shape `(batch, targets, heads, dims)`.
        key: a tensor of shape `(batch, sources, key heads, dims)`.
        value: a tensor of the shape of `key`.
        bias: added to the scores; broadcasts to `(batch, heads, targets, sources)`.
        mask: booleans, False where a target must not see a source; likewise.
        scale: factor of the scores; defaults to `1 / sqrt(dims)`.
        is_causal: whether a target sees no later sources.
        flash_attention: whether to use the fused kernel of cuDNN, in half precision
            on a GPU; None to use it where it surely fits.
        attn_logits_soft_cap: not supported.

    Returns:
        A tensor of the shape of `query`.

    Raises:
        ValueError: for other ranks, or `attn_logits_soft_cap`.

    Example:
        >>> from ranvier import ops
        >>> x = ops.ones((1, 4, 2, 8))
        >>> ops.dot_product_attention(x, x, x, is_causal=True).shape
        (1, 4, 2, 8)
    """
    if attn_logits_soft_cap is not None:
        raise ValueError(
            "`attn_logits_soft_cap` is not supported. Set it to None. "
            f"Received: attn_logits_soft_cap={attn_logits_soft_cap}"
        )
    query, key, value = jnp.asarray(query), jnp.asarray(key), jnp.asarray(value)
    if not query.ndim == key.ndim == value.ndim == 4:
        raise ValueError(
            "`dot_product_attention` only supports 4D inputs. Received: "
            f"query.shape={query.shape}, key.shape={key.shape}, "
            f"value.shape={value.shape}"
        )
    dtype = _dtypes.result_type(query.dtype, key.dtype, value.dtype)
    query, key, value = (x.astype(dtype) for x in (query, key, value))
    if flash_attention is None:
        plain = bias is None and mask is None
        flash_attention = plain and _fits_fused_kernel(query)
    return jax.nn.dot_product_attention(
        query,
        key,
        value,
        bias=None if bias is None else jnp.asarray(bias, dtype),
        mask=None if mask is None else jnp.asarray(mask, bool),
        scale=scale,
        is_causal=is_causal,
        implementation="cudnn" if flash_attention else "xla",
    )


def _fits_fused_kernel(query):
    if _config.is_flash_attention_enabled() is False:
        return False
    if jax.default_backend() != "gpu":
        return False
    dims = query.shape[-1]
    capability = float(jax.devices()[0].compute_capability)
    half = query.dtype.name in ("float16", "bfloat16")
    return half and dims % 8 == 0 and dims <= 128 and capability >= 8.0
