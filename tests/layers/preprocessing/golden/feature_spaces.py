"""Spaces whose outputs in Keras are kept in `feature_space.json`."""

DATA = {
    "age": [20.0, 31.5, 44.0, 58.0, 20.0, 71.0],
    "height": [1.5, 1.75, 1.6, 1.9, 1.82, 1.66],
    "rooms": [3, 1, 3, 2, 3, 7],
    "city": ["rome", "oslo", "rome", "paris", "rome", "oslo"],
}
ROW = {"age": 30.0, "height": 1.7, "rooms": 3, "city": "rome"}

SPACES = {
    "strings": lambda fs: {
        "features": {
            "age": "float_normalized",
            "height": "float",
            "rooms": "integer_categorical",
            "city": "string_categorical",
        },
    },
    "mixed": lambda fs: {
        "features": {
            "age": fs.float_rescaled(scale=0.1, offset=-1.0),
            "height": fs.float_discretized(num_bins=3),
            "rooms": fs.integer_hashed(5),
            "city": fs.string_categorical(max_tokens=3, num_oov_indices=2),
        },
        "crosses": [("city", "rooms"), fs.cross(("rooms", "height"), 7)],
        "crossing_dim": 6,
    },
    "dictionary": lambda fs: {
        "features": {
            "age": "float_discretized",
            "height": "float_rescaled",
            "rooms": fs.integer_categorical(output_mode="int"),
            "city": "string_hashed",
        },
        "output_mode": "dict",
        "crosses": [fs.cross(("city", "rooms"), 9, output_mode="int")],
        "hashing_dim": 4,
        "num_discretization_bins": 2,
    },
}
