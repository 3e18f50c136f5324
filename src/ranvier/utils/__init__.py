"""Keras's `utils` namespace."""

from ranvier.callbacks._progbar import Progbar
from ranvier.core._config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from ranvier.core._dtypes import standardize_dtype
from ranvier.core._named_values import Config
from ranvier.core._registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ranvier.core._seeds import set_random_seed
from ranvier.core._serialization import (
    deserialize_object as deserialize_keras_object,
)
from ranvier.core._serialization import serialize_object as serialize_keras_object
from ranvier.core._session import clear_session
from ranvier.data._audio_directory import audio_dataset_from_directory
from ranvier.data._directories import (
    image_dataset_from_directory,
    text_dataset_from_directory,
)
from ranvier.data._encoding import normalize, to_categorical
from ranvier.data._pictures import (
    array_to_img,
    img_to_array,
    load_img,
    save_img,
)
from ranvier.data._sequences import pad_sequences
from ranvier.data._timeseries import split_dataset, timeseries_dataset_from_array
from ranvier.datasets._get_file import (
    get_file,
)
from ranvier.models._feature_space import FeatureSpace
from ranvier.models._plot import model_to_dot, model_to_svg, plot_model
from ranvier.ops._graph import get_source_inputs
from ranvier.ops._symbolic import is_keras_tensor
from ranvier.training._py_dataset import PyDataset
from ranvier.training._py_dataset import PyDataset as Sequence
from ranvier.training._step import pack as pack_x_y_sample_weight
from ranvier.training._step import unpack as unpack_x_y_sample_weight
from ranvier.utils import bounding_boxes

__all__ = [
    "Config",
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "model_to_svg",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
