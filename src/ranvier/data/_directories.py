"""Datasets of the files in a folder, a subfolder a class."""

import os

import numpy as np

from ranvier import ops
from ranvier.core._seeds import make_default_seed
from ranvier.data import _spec
from ranvier.data._dataset import Dataset, in_current_face
from ranvier.data._face import NUMPY
from ranvier.data._functions import AUTOTUNE, ElementFunction
from ranvier.data._mapping import Map
from ranvier.data.io._images import decode_image

_IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
_INTERPOLATIONS = (
    "bilinear",
    "nearest",
    "bicubic",
    "area",
    "lanczos3",
    "lanczos5",
    "gaussian",
    "mitchellcubic",
)
_LABEL_MODES = ("int", "categorical", "binary", None)


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
):
    """Makes a dataset of the pictures in a folder.

    Args:
        directory: the folder. With `labels="inferred"` each subfolder is a class.
        labels: `"inferred"`, None for pictures alone, or a list of integers, one for
            each file in the order of their sorted paths.
        label_mode: `"int"` (int32), `"categorical"` (one-hot), `"binary"` (float32 of
            shape `(1,)`), or None for pictures alone.
        class_names: names of the subfolders, in the order of the classes; others are
            left out.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        batch_size: pictures in a batch; None for single ones.
        image_size: height and width that pictures are resized to.
        shuffle: whether to shuffle; else paths are sorted.
        seed: of the order, and of the split.
        validation_split: share of files to keep for validation.
        subset: `"training"`, `"validation"` or `"both"` (a list of two datasets).
        interpolation: as of `ops.image.resize`.
        follow_links: whether to follow links to folders.
        crop_to_aspect_ratio: whether to cut off what would be distorted.
        pad_to_aspect_ratio: whether to add margins instead.
        data_format: `"channels_last"` or `"channels_first"`.
        format: ignored.
        verbose: whether to print how many files were found.

    Returns:
        A dataset of float32 pictures from 0 to 255, or pairs with labels, with
        attributes `class_names` and `file_paths`.

    Raises:
        ValueError: for arguments that contradict one another, or if there is no file.
    """
    if color_mode not in _CHANNELS:
        raise ValueError(
            f"`color_mode` must be one of {set(_CHANNELS)}. "
            f"Received: color_mode={color_mode}"
        )
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    if not isinstance(image_size, (list, tuple)) or len(image_size) != 2:
        raise ValueError(
            "Invalid `image_size`: expected a pair of integers, height and width. "
            f"Received: image_size={image_size}"
        )
    interpolation = interpolation.lower()
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(
            f"`interpolation` should be one of {_INTERPOLATIONS}. "
            f"Received: interpolation={interpolation}"
        )
    check_format(format)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError(
            "Only one of `pad_to_aspect_ratio`, `crop_to_aspect_ratio` can be True."
        )

    def load(path):
        with open(path, "rb") as file:
            image = decode_image(
                file.read(), channels=_CHANNELS[color_mode], expand_animations=False
            )
        image = np.asarray(image, np.float32)
        if data_format == "channels_first":
            image = image.transpose(2, 0, 1)
        resized = ops.image.resize(
            image,
            tuple(image_size),
            interpolation=interpolation,
            crop_to_aspect_ratio=crop_to_aspect_ratio,
            pad_to_aspect_ratio=pad_to_aspect_ratio,
            data_format=data_format,
        )
        return np.asarray(resized)

    size = tuple(image_size) + (_CHANNELS[color_mode],)
    if data_format == "channels_first":
        size = (size[2], *image_size)
    return make_dataset(
        load,
        _spec.TensorSpec(size, "float32"),
        directory,
        "images",
        _IMAGES,
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
    )


def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    format="tf",
    verbose=True,
):
    """Makes a dataset of the text files (`.txt`) in a folder.

    Args:
        directory: the folder. With `labels="inferred"` each subfolder is a class.
        labels: as for `image_dataset_from_directory`.
        label_mode: as for `image_dataset_from_directory`.
        class_names: as for `image_dataset_from_directory`.
        batch_size: texts in a batch; None for single ones.
        max_length: bytes to keep of a text.
        shuffle: whether to shuffle; else paths are sorted.
        seed: of the order, and of the split.
        validation_split: share of files to keep for validation.
        subset: `"training"`, `"validation"` or `"both"` (a list of two datasets).
        follow_links: whether to follow links to folders.
        format: ignored.
        verbose: whether to print how many files were found.

    Returns:
        A dataset of texts (`bytes`), or pairs with labels, with attributes
        `class_names` and `file_paths`.

    Raises:
        ValueError: for arguments that contradict one another, or if there is no file.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("bad", "good"):
        ...     (folder / name).mkdir()
        ...     _ = (folder / name / "a.txt").write_text(f"a {name} film")
        >>> ds = text_dataset_from_directory(folder, shuffle=False, verbose=False)
        >>> for texts, labels in ds:
        ...     print(texts.tolist(), labels.tolist())
        [b'a bad film', b'a good film'] [0, 1]
    """

    check_format(format)

    def load(path):
        with open(path, "rb") as file:
            return file.read() if max_length is None else file.read(max_length)

    return make_dataset(
        load,
        _spec.TensorSpec((), "string"),
        directory,
        "text files",
        (".txt",),
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
    )


def check_format(format) -> None:
    """Raises for a format of datasets that Keras does not know.

    Raises:
        ValueError: naming the argument.
    """
    if format not in ("tf", "grain"):
        raise ValueError(
            '`format` should be "tf" or "grain" (and makes no difference here). '
            f"Received: format={format}"
        )


def make_dataset(
    load,
    spec,
    directory,
    kind,
    endings,
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
    batch=Dataset.batch,
):
    """Returns the dataset, or two of them, of what `load` makes of files.

    Args:
        load: a function of a path.
        spec: of what it returns; None if that differs.
        directory: the folder, as all arguments but the last in the functions above.
        kind: what the files are, for messages.
        endings: of the names of the files.
        batch: a function of a dataset and a size.
    """
    if label_mode not in _LABEL_MODES:
        raise ValueError(
            f"`label_mode` argument must be one of {_LABEL_MODES}. "
            f"Received: label_mode={label_mode}"
        )
    if labels is None or label_mode is None:
        labels = label_mode = None
    _check_split(validation_split, subset, shuffle, seed)
    if seed is None:
        seed = make_default_seed() % 10**6
    paths, labels, class_names = _index(
        directory, endings, labels, class_names, follow_links
    )
    if label_mode == "binary" and len(class_names) != 2:
        raise ValueError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. '
            f"Received: class_names={class_names}"
        )
    if verbose:
        classes = "" if labels is None else f" belonging to {len(class_names)} classes"
        print(f"Found {len(paths)} files{classes}.")
    order = np.arange(len(paths))
    if shuffle:  # as Keras shuffles, so that the split is the same
        np.random.RandomState(seed).shuffle(order)
    held_out = int(validation_split * len(paths)) if validation_split else 0
    parts = {None: order}
    if validation_split:
        training, validation = order[:-held_out], order[-held_out:]
        parts = {"training": training, "validation": validation}
    datasets = []
    for name in ("training", "validation") if subset == "both" else (subset,):
        rows = parts[name]
        if not len(rows):
            part = "" if name is None else f"{name} "
            raise ValueError(
                f"No {part}{kind} found in directory {os.fspath(directory)}. Allowed "
                f"formats: {endings}"
            )
        if verbose and name is not None:
            print(f"Using {len(rows)} files for {name}.")
        again = shuffle and not (subset == "both" and name == "validation")
        dataset = _dataset(
            load,
            spec,
            [paths[i] for i in rows],
            None if labels is None else labels[rows],
            label_mode,
            len(class_names or ()),
            batch_size,
            seed if again else None,
            batch,
        )
        dataset.class_names = class_names
        dataset.file_paths = [paths[i] for i in rows]
        datasets.append(dataset)
    return datasets if subset == "both" else datasets[0]


def _check_split(validation_split, subset, shuffle, seed):
    if validation_split and not 0 < validation_split < 1:
        raise ValueError(
            f"`validation_split` must be between 0 and 1, received: {validation_split}"
        )
    if bool(validation_split) != bool(subset):
        raise ValueError(
            "If `subset` is set, `validation_split` must be set, and inversely."
        )
    if subset not in ("training", "validation", "both", None):
        raise ValueError(
            '`subset` must be either "training", "validation" or "both", received: '
            f"{subset}"
        )
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "With `validation_split` and `shuffle=True`, you must provide a `seed`, so "
            "that no file is for training and validation."
        )


def _index(directory, endings, labels, class_names, follow_links):
    """Returns the paths of files, their labels, and the names of classes."""
    directory = os.fspath(directory)
    inferred = isinstance(labels, str) and labels == "inferred"
    if not inferred:
        if labels is not None and not isinstance(labels, (list, tuple, np.ndarray)):
            raise ValueError(
                "The `labels` argument should be a list of integers, one for each "
                'file, "inferred" (from the names of subfolders), or None (no labels). '
                f"Received: labels={labels!r}"
            )
        if class_names is not None:
            raise ValueError(
                'You can only pass `class_names` if `labels="inferred"`. Received: '
                f"labels={labels}, class_names={class_names}"
            )
        paths = _files(directory, endings, follow_links)
        if labels is None:
            return paths, None, None
        if len(labels) != len(paths):
            raise ValueError(
                "Expected the lengths of `labels` to match the number of files in the "
                f"target directory: {len(labels)} labels, {len(paths)} files in "
                f"{directory}."
            )
        names = [str(label) for label in sorted(set(labels))]
        return paths, np.asarray(labels, np.int32), names
    found = sorted(
        entry.name
        for entry in os.scandir(directory)
        if entry.is_dir() and not entry.name.startswith(".")
    )
    if class_names is not None and not set(class_names) <= set(found):
        raise ValueError(
            "The `class_names` passed did not match the names of the subfolders. "
            f"Expected some of: {found}, received: class_names={class_names}"
        )
    class_names = found if class_names is None else list(class_names)
    paths, numbers = [], []
    for number, name in enumerate(class_names):
        files = _files(os.path.join(directory, name), endings, follow_links)
        paths += files
        numbers += [number] * len(files)
    return paths, np.array(numbers, np.int32), class_names


def _files(directory, endings, follow_links):
    folders = sorted(os.walk(directory, followlinks=follow_links), key=lambda x: x[0])
    return [
        os.path.join(folder, file)
        for folder, _, files in folders
        for file in sorted(files)
        if file.lower().endswith(endings)
    ]


def _dataset(load, spec, paths, labels, label_mode, classes, batch_size, seed, batch):
    """Returns the dataset of some files; shuffled if there is a seed."""
    parts = paths
    if label_mode is not None:
        if label_mode == "binary":
            labels = labels[:, None].astype(np.float32)
        elif label_mode == "categorical":
            labels = np.eye(classes, dtype=np.float32)[labels]
        parts = (paths, labels)
    dataset = Dataset.from_tensor_slices(parts)
    if seed is not None:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed)
    function, specs = load, spec
    if label_mode is not None:

        def function(path, label):
            return load(path), label

        specs = spec and (spec, dataset.element_spec[1])
    calls = ElementFunction(function, NUMPY, "map", AUTOTUNE)
    dataset = Dataset(Map(dataset._data_node, calls, specs))
    if batch_size is not None:
        dataset = batch(dataset, batch_size)
    return in_current_face(dataset.prefetch(-1))
