"""The errors of the TensorFlow face, by TensorFlow's names and codes.

Exception
└── OpError                       .message, .error_code, .op, .node_def
    ├── InvalidArgumentError      also a ValueError
    ├── NotFoundError             also a FileNotFoundError
    ├── OutOfRangeError           also an IndexError
    └── ...                       one class for each code

Each is also the builtin exception that Python code would raise in its place, so
that `except ValueError` catches a bad value wherever it comes from.
"""

from ranvier.core._errors import RanvierError


class OpError(RanvierError):
    """Base of the errors that operations on tensors raise.

    Args:
        node_def: the node of a graph, or None.
        op: the operation, or None.
        message: what happened.
        error_code: the number of the kind of error.
        *args: further details, ignored.

    Example:
        >>> error = InvalidArgumentError(None, None, "axis 3 of a matrix")
        >>> error.message, error.error_code
        ('axis 3 of a matrix', 3)
    """

    code = 2

    def __init__(self, node_def=None, op=None, message="", error_code=None, *args):
        # `InvalidArgumentError("text")` reads better than three arguments.
        if isinstance(node_def, str) and op is None and not message:
            node_def, message = None, node_def
        super().__init__(message)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = self.code if error_code is None else error_code

    @property
    def message(self):
        """What happened."""
        return self._message

    @property
    def op(self):
        """The operation that failed, where known."""
        return self._op

    @property
    def node_def(self):
        """The node that failed, where known."""
        return self._node_def

    @property
    def error_code(self):
        """The number of the kind of error."""
        return self._error_code

    def __str__(self):
        return str(self._message)

    def __reduce__(self):
        return type(self), (None, None, self._message)


class CancelledError(OpError):
    """An operation was cancelled, such as waiting at a queue that was closed."""

    code = 1


class UnknownError(OpError):
    """An error of no other kind."""

    code = 2


class InvalidArgumentError(OpError, ValueError):
    """An operation received an argument it cannot work with."""

    code = 3


class MixedDtypesError(InvalidArgumentError, TypeError):
    """An operation that needs tensors of one dtype received several."""


class DeadlineExceededError(OpError, TimeoutError):
    """Time ran out before an operation was done."""

    code = 4


class NotFoundError(OpError, FileNotFoundError):
    """Something asked for, such as a file, does not exist."""

    code = 5


class AlreadyExistsError(OpError, FileExistsError):
    """Something to be made exists already."""

    code = 6


class PermissionDeniedError(OpError, PermissionError):
    """The caller may not do that."""

    code = 7


class ResourceExhaustedError(OpError, MemoryError):
    """Memory, or another resource, has run out."""

    code = 8


class FailedPreconditionError(OpError, RuntimeError):
    """The system is not in the state that the operation needs."""

    code = 9


class AbortedError(OpError):
    """An operation was aborted."""

    code = 10


class OutOfRangeError(OpError, IndexError):
    """An operation went beyond the end, such as reading past the last element."""

    code = 11


class UnimplementedError(OpError, NotImplementedError):
    """The operation does not exist for these arguments."""

    code = 12


class InternalError(OpError, RuntimeError):
    """Something that must hold inside does not."""

    code = 13


class UnavailableError(OpError):
    """A service cannot be reached now."""

    code = 14


class DataLossError(OpError):
    """Data was lost or damaged beyond repair."""

    code = 15


class UnauthenticatedError(OpError):
    """The caller has not shown who they are."""

    code = 16


class InaccessibleTensorError(RanvierError, ValueError):
    """A tensor of a function's trace is used outside of the function."""


class NoValueError(RanvierError, NotImplementedError, AttributeError, TypeError):
    """Python asks for the number behind a tensor of a program that is being traced."""


class ValueNeededError(NoValueError):
    """A function needs the number behind a tensor of a program, as for its shape."""


class OutOfScopeError(InaccessibleTensorError, TypeError):
    """A tensor that left the function it was traced in is computed with."""


class OperatorNotAllowedInGraphError(RanvierError, TypeError, NotImplementedError):
    """Python asks for the value of a tensor of a function that is being traced."""


class ValueNotKnown(ValueError):
    """A variable that is made inside a function begins with a value of the program."""
