"""`tf.autograph`: names only."""

import types as _types

from ranvier.autodiff.function._autograph import (
    do_not_convert as _do_not_convert,
)
from ranvier.autodiff.function._autograph import (
    set_loop_options as _set_loop_options,
)
from ranvier.autodiff.function._autograph import (
    set_verbosity,
    to_code,
    to_graph,
    trace,
)
from ranvier.core._aliases import absent as _absent

experimental = _types.SimpleNamespace(
    do_not_convert=_do_not_convert, set_loop_options=_set_loop_options
)

__getattr__ = _absent("tf.autograph")

__all__ = ["experimental", "set_verbosity", "to_code", "to_graph", "trace"]
