"""Small data sets, each as a module with a `load_data` function."""

from ranvier.datasets import (
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    mnist,
)

__all__ = ["california_housing", "cifar10", "cifar100", "fashion_mnist", "mnist"]
