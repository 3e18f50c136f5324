"""Connectionist temporal classification: the loss, and decoding of its outputs.

https://www.cs.toronto.edu/~graves/icml_2006.pdf
"""

import collections

import jax
import jax.numpy as jnp

from ranvier.core import _dtypes
from ranvier.ops._dispatch import op

# The logarithm of "impossible", finite so that gradients stay finite too.
_NEVER = -1e5


@op
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """Computes minus the log-probability that frames spell the target.

    Args:
        target: integer labels, `(batch, labels)`.
        output: logits, `(batch, frames, classes)`.
        target_length: the number of labels of each sample, `(batch,)`.
        output_length: the number of frames of each sample, `(batch,)`.
        mask_index: the class that stands for "no label".

    Returns:
        The loss of each sample, `(batch,)`.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> from ranvier import ops
        >>> logits = ops.log([[[0.5, 0.5], [0.5, 0.5]]])
        >>> loss = ops.ctc_loss([[1]], logits, [1], [2])
        >>> round(float(ops.exp(-loss[0])), 3)
        0.75
    """
    target, output = jnp.asarray(target, "int32"), jnp.asarray(output)
    target_length = jnp.asarray(target_length, "int32")
    output_length = jnp.asarray(output_length, "int32")
    _check_batches(target, output, target_length, output_length)
    dtype = _dtypes.result_type(output.dtype, "float32")
    log_probabilities = jax.nn.log_softmax(output.astype(dtype))

    # The states: each label, with "no label" before, between and after.
    batch, labels = target.shape
    states = jnp.full((batch, 2 * labels + 1), mask_index)
    states = states.at[:, 1::2].set(target)
    emissions = jnp.take_along_axis(log_probabilities, states[:, None, :], axis=-1)
    # A label may follow another one directly, unless it is the same.
    differs = jnp.pad(states[:, 2:] != states[:, :-2], [(0, 0), (2, 0)])
    may_skip = differs & (jnp.arange(2 * labels + 1) % 2 == 1)

    def advance(alpha, frame):
        emission, valid = frame
        moved = jnp.pad(alpha, [(0, 0), (1, 0)], constant_values=_NEVER)[:, :-1]
        skipped = jnp.pad(alpha, [(0, 0), (2, 0)], constant_values=_NEVER)[:, :-2]
        skipped = jnp.where(may_skip, skipped, _NEVER)
        reached = jnp.logaddexp(jnp.logaddexp(alpha, moved), skipped)
        return jnp.where(valid[:, None], reached + emission, alpha), None

    start = jnp.full((batch, 2 * labels + 1), _NEVER, dtype).at[:, 0].set(0.0)
    valid = jnp.arange(output.shape[1])[:, None] < output_length
    alpha, _ = jax.lax.scan(advance, start, (jnp.swapaxes(emissions, 0, 1), valid))
    last = 2 * target_length[:, None]
    ends = jnp.take_along_axis(alpha, jnp.concatenate([last, last - 1], 1), axis=1)
    at_label = jnp.where(target_length > 0, ends[:, 1], _NEVER)
    return -jnp.logaddexp(ends[:, 0], at_label)


def _check_batches(target, output, target_length, output_length):
    shapes = [x.shape for x in (target, output, target_length, output_length)]
    if [len(s) for s in shapes] != [2, 3, 1, 1] or len({s[0] for s in shapes}) > 1:
        raise ValueError(
            "Expected `target` (batch, labels), `output` (batch, frames, classes), "
            "`target_length` (batch,) and `output_length` (batch,), with the same "
            f"first dimension. Received shapes: {', '.join(map(str, shapes))}"
        )


@op
def ctc_decode(
    inputs,
    sequence_lengths,
    strategy="greedy",
    beam_width=100,
    top_paths=1,
    merge_repeated=True,
    mask_index=0,
):
    """Finds the labels that frames most probably spell.

    Args:
        inputs: logits, `(batch, frames, classes)`.
        sequence_lengths: the number of frames of each sample, `(batch,)`.
        strategy: `"greedy"` takes the best class of each frame; `"beam_search"`
            follows the best spellings.
        beam_width: how many spellings the beam search follows.
        top_paths: how many of them it returns.
        merge_repeated: whether the greedy strategy takes repeated classes as one.
        mask_index: the class that stands for "no label"; None for the last one.

    Returns:
        A tuple: labels `(paths, batch, frames)`, padded with -1, and scores
        `(batch, paths)`: log-probabilities (`"greedy"`: minus the sum of the logits
        chosen).

    Raises:
        ValueError: for an unknown strategy.

    Example:
        >>> from ranvier import ops
        >>> frames = ops.one_hot([[1, 1, 0, 2]], 3)
        >>> ops.ctc_decode(frames, [4])[0].tolist()
        [[[1, 2, -1, -1]]]
    """
    inputs = jnp.asarray(inputs)
    inputs = inputs.astype(_dtypes.result_type(inputs.dtype, "float32"))
    lengths = jnp.asarray(sequence_lengths, "int32")
    blank = inputs.shape[-1] - 1 if mask_index is None else mask_index
    if strategy == "greedy":
        return _greedy(inputs, lengths, merge_repeated, blank)
    if strategy == "beam_search":
        log_probabilities = jax.nn.log_softmax(inputs)

        def search(frames, length):
            return _beam_search(frames, length, beam_width, top_paths, blank)

        paths, scores = jax.vmap(search)(log_probabilities, lengths)
        return jnp.swapaxes(paths, 0, 1), scores
    raise ValueError(
        "Invalid strategy: `strategy` must be 'greedy' or 'beam_search'. "
        f"Received: strategy={strategy!r}"
    )


def _greedy(inputs, lengths, merge_repeated, blank):
    frames = jnp.arange(inputs.shape[1])
    valid = frames < lengths[:, None]
    labels = jnp.where(valid, jnp.argmax(inputs, axis=-1), blank)
    score = -jnp.sum(jnp.where(valid, jnp.max(inputs, axis=-1), 0), axis=1)
    if merge_repeated:
        repeated = jnp.pad(labels[:, 1:] == labels[:, :-1], [(0, 0), (1, 0)])
        labels = jnp.where(repeated, blank, labels)
    kept = labels != blank
    labels = jnp.where(kept, labels, -1)
    # Sorting by "left out" is stable: it moves the labels to the front, in order.
    labels = jnp.take_along_axis(labels, jnp.argsort(~kept, axis=-1), axis=-1)
    return labels[None].astype("int32"), score[:, None]


# The spellings followed by a beam search: `paths` holds their labels, padded with
# -1; a score is the log-probability of all ways to spell a path that end with "no
# label" (`blank_score`), or with its last label (`label_score`).
_Beam = collections.namedtuple("_Beam", "paths lengths last blank_score label_score")


def _beam_search(frames, length, width, top_paths, blank):
    """Searches the frames of one sample, given as log-probabilities."""
    steps = frames.shape[0]
    nothing = jnp.full(width, -jnp.inf, frames.dtype)
    beam = _Beam(
        paths=jnp.full((width, steps), -1, "int32"),
        lengths=jnp.zeros(width, "int32"),
        last=jnp.full(width, -1, "int32"),
        blank_score=nothing.at[0].set(0.0),
        label_score=nothing,
    )

    def advance(beam, frame):
        step, log_probabilities = frame
        longer = _extend(beam, log_probabilities, blank)
        within = step < length
        return _Beam(*(jnp.where(within, *pair) for pair in zip(longer, beam))), None

    beam, _ = jax.lax.scan(advance, beam, (jnp.arange(steps), frames))
    total = jnp.logaddexp(beam.blank_score, beam.label_score)
    scores, best = jax.lax.top_k(total, top_paths)
    return beam.paths[best], scores


def _extend(beam, log_probabilities, blank):
    """Returns the best spellings after one more frame."""
    width, classes = len(beam.last), len(log_probabilities)
    total = jnp.logaddexp(beam.blank_score, beam.label_score)

    # A path may stay what it is: by "no label", or by its last label once more.
    blank_score = total + log_probabilities[blank]
    repeated = jnp.where(beam.last >= 0, log_probabilities[beam.last], -jnp.inf)
    label_score = beam.label_score + repeated

    # Or grow by a label; by its last one only after "no label".
    same = jnp.arange(classes) == beam.last[:, None]
    grown = jnp.where(same, beam.blank_score[:, None], total[:, None])
    grown = (grown + log_probabilities).at[:, blank].set(-jnp.inf)

    # A path that grows into another path of the beam adds its score to that one.
    live = total > -jnp.inf
    places = jnp.arange(beam.paths.shape[1])
    parents = jnp.where(places == beam.lengths[:, None] - 1, -1, beam.paths)
    becomes = jnp.all(beam.paths[:, None] == parents[None], axis=-1)
    becomes &= live[:, None] & live & (beam.lengths > 0)
    merged = jnp.where(becomes, grown[:, beam.last], -jnp.inf)
    label_score = jnp.logaddexp(label_score, jnp.max(merged, axis=0))
    taken = jnp.any(becomes[:, :, None] & same[None], axis=1)
    grown = jnp.where(taken, -jnp.inf, grown)

    stays = jnp.logaddexp(blank_score, label_score)
    _, best = jax.lax.top_k(jnp.concatenate([stays, grown.ravel()]), width)
    grows = best >= width
    origin = jnp.where(grows, (best - width) // classes, best)
    label = (best - width) % classes
    here = grows[:, None] & (places == beam.lengths[origin, None])
    return _Beam(
        paths=jnp.where(here, label[:, None], beam.paths[origin]),
        lengths=beam.lengths[origin] + grows,
        last=jnp.where(grows, label, beam.last[origin]),
        blank_score=jnp.where(grows, -jnp.inf, blank_score[origin]),
        label_score=jnp.where(grows, grown[origin, label], label_score[origin]),
    )
