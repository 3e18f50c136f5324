"""Which methods of a layer are the base's own, and which a subclass wrote."""


def default(method):
    """Decorator: marks a base's method that subclasses may leave as it is."""
    method.is_default = True
    return method


def overrides(cls, name: str) -> bool:
    """Tells whether a class has its own version of a method marked as default."""
    return not getattr(getattr(cls, name), "is_default", False)
