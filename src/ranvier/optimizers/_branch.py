"""A choice between two updates of variables, inside and outside programs."""

import jax

from ranvier.core._scope import StateScope


def update_if(condition, variables, update, otherwise=None):
    """Runs `update` where `condition` holds, else `otherwise`.

    Args:
        condition: a boolean scalar. A concrete one is decided in Python; a traced one
            becomes a branch of the program.
        variables: all variables that either function writes.
        update: function without arguments that assigns variables.
        otherwise: the same for the other case; None leaves the variables alone.
    """
    otherwise = otherwise or (lambda: None)
    if not isinstance(condition, jax.core.Tracer):
        (update if condition else otherwise)()
        return
    before = [variable.value for variable in variables]

    def branch(function):
        def run():
            with StateScope(zip(variables, before, strict=True)) as scope:
                function()
            return [scope.get(variable) for variable in variables]

        return run

    after = jax.lax.cond(condition, branch(update), branch(otherwise))
    for variable, value in zip(variables, after, strict=True):
        variable.assign(value)
