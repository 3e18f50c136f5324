"""Schedules to config dictionaries and back."""

from ranvier.core._serialization import deserialize_object, serialize_object


def serialize(learning_rate_schedule):
    """Returns the config dictionary of a schedule.

    Args:
        learning_rate_schedule: a schedule.

    Example:
        >>> from ranvier.optimizers.schedules import CosineDecay
        >>> serialize(CosineDecay(0.1, 10))["config"]["decay_steps"]
        10
    """
    return serialize_object(learning_rate_schedule)


def deserialize(config, custom_objects=None):
    """Returns the schedule of a config dictionary.

    Args:
        config: a dictionary of `serialize`.
        custom_objects: `{name: class or function}` to look names up in first.

    Raises:
        TypeError: if the class is unknown.

    Example:
        >>> config = {"initial_learning_rate": 0.5, "decay_steps": 10}
        >>> schedule = deserialize({"class_name": "CosineDecay", "config": config})
        >>> float(schedule(0))
        0.5
    """
    return deserialize_object(config, custom_objects=custom_objects)
