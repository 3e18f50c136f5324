"""Datasets of the sounds in a folder."""

import numpy as np

from ranvier.data._dataset import Dataset
from ranvier.data._directories import make_dataset
from ranvier.data.io._wav import decode_wav, resample


def audio_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    sampling_rate=None,
    output_sequence_length=None,
    ragged=False,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    verbose=True,
):
    """Makes a dataset of the sounds (`.wav`, 16 bits a sample) in a folder.

    Args:
        directory: the folder. With `labels="inferred"` each subfolder is a class.
        labels: as for `image_dataset_from_directory`.
        label_mode: as for `image_dataset_from_directory`.
        class_names: as for `image_dataset_from_directory`.
        batch_size: sounds in a batch; None for single ones.
        sampling_rate: samples per second that sounds are brought to; None for those of
            the files.
        output_sequence_length: samples in a sound: longer ones are cut, shorter ones
            padded with zeros. None: as many as in the longest of a batch.
        ragged: return ragged tensors in place of padding.
        shuffle: whether to shuffle; else paths are sorted.
        seed: of the order, and of the split.
        validation_split: share of files to keep for validation.
        subset: `"training"`, `"validation"` or `"both"` (a list of two datasets).
        follow_links: whether to follow links to folders.
        verbose: whether to print how many files were found.

    Returns:
        A dataset of float32 sounds of shape `(samples, channels)`, or pairs with
        labels, with attributes `class_names` and `file_paths`.

    Raises:
        ValueError: for arguments that contradict one another, or if there is no file.

    Example:
        >>> import pathlib, tempfile, wave
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> with wave.open(str(folder / "a.wav"), "wb") as file:
        ...     file.setparams((1, 2, 8000, 0, "NONE", ""))
        ...     file.writeframes(bytes(200))
        >>> for sounds in audio_dataset_from_directory(folder, None, verbose=False):
        ...     print(sounds.shape)
        (1, 100, 1)
    """
    if ragged and output_sequence_length is not None:
        raise ValueError(
            "Cannot set both `ragged` and `output_sequence_length`. Received: "
            f"ragged={ragged}, output_sequence_length={output_sequence_length}"
        )
    if sampling_rate is not None and not isinstance(sampling_rate, int):
        raise ValueError(
            "`sampling_rate` should have an integer value. "
            f"Received: sampling_rate={sampling_rate}"
        )
    if sampling_rate is not None and sampling_rate <= 0:
        raise ValueError(
            "`sampling_rate` should be higher than 0. "
            f"Received: sampling_rate={sampling_rate}"
        )
    length = -1 if output_sequence_length is None else output_sequence_length

    def load(path):
        with open(path, "rb") as file:
            audio, rate = decode_wav(file.read(), desired_samples=length)
        if sampling_rate is not None:
            audio = resample(audio, rate, sampling_rate)
        if not ragged:
            return audio
        from ranvier.tensors import RaggedTensor  # only who asks for one needs it

        return RaggedTensor.from_tensor(np.asarray(audio))

    pads = length < 0 and not ragged
    return make_dataset(
        load,
        None,
        directory,
        "audio files",
        (".wav",),
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
        batch=Dataset.padded_batch if pads else Dataset.batch,
    )
