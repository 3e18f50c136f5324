"""Layers that change images."""

from ranvier.layers.preprocessing.images._affine import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from ranvier.layers.preprocessing.images._boxes import MaxNumBoundingBoxes
from ranvier.layers.preprocessing.images._clahe import (
    ContrastLimitedAdaptiveHistogramEqualization,
)
from ranvier.layers.preprocessing.images._color import (
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from ranvier.layers.preprocessing.images._cropping import CenterCrop, RandomCrop
from ranvier.layers.preprocessing.images._equalization import Equalization
from ranvier.layers.preprocessing.images._erasing import RandomErasing
from ranvier.layers.preprocessing.images._flipping import RandomFlip
from ranvier.layers.preprocessing.images._intensity import (
    AutoContrast,
    RandomBrightness,
    RandomContrast,
    RandomInvert,
    RandomPosterization,
    Solarization,
)
from ranvier.layers.preprocessing.images._mixing import CutMix, MixUp
from ranvier.layers.preprocessing.images._policies import AugMix, RandAugment
from ranvier.layers.preprocessing.images._resizing import Resizing
from ranvier.layers.preprocessing.images._sharpness import (
    RandomGaussianBlur,
    RandomSharpness,
)
from ranvier.layers.preprocessing.images._warping import (
    RandomElasticTransform,
    RandomPerspective,
)

__all__ = [
    "AugMix",
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
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
