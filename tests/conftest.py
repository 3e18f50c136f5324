"""Settings that hold for all tests."""

import os

# Before anything imports Keras or JAX.
os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
