"""Housing against Keras at its best setting, `steps_per_execution=64`."""

from benchmarks.workloads.housing import Housing


class StepsPerExecution(Housing):
    name = "steps_per_execution"
    title = "Housing MLP, Keras with steps_per_execution=64"
    order = 5
    peers = ("ranvier", "keras-jax", "keras-tf")

    def compile_options(self, peer):
        return {} if peer == "ranvier" else {"steps_per_execution": 64}


WORKLOADS = [StepsPerExecution()]
