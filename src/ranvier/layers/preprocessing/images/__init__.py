"""Layers that change images."""

from ranvier.layers.preprocessing.images._affine import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from ranvier.layers.preprocessing.images._color import (
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from ranvier.layers.preprocessing.images._cropping import CenterCrop, RandomCrop
from ranvier.layers.preprocessing.images._flipping import RandomFlip
from ranvier.layers.preprocessing.images._intensity import (
    AutoContrast,
    RandomBrightness,
    RandomContrast,
    RandomInvert,
    RandomPosterization,
    Solarization,
)
from ranvier.layers.preprocessing.images._resizing import Resizing
from ranvier.layers.preprocessing.images._sharpness import (
    RandomGaussianBlur,
    RandomSharpness,
)

__all__ = [
    "AutoContrast",
    "CenterCrop",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Resizing",
    "Solarization",
]
