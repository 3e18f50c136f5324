"""train_on_batch and test_on_batch: single steps on arrays of the user's own."""

from ranvier.callbacks._logs import LazyLogs
from ranvier.core._programs import Program
from ranvier.training._build import build_model, check_labels
from ranvier.training._feeds import WHOLE, make_feed
from ranvier.training._loop import Stepper


def run_on_batch(model, mode, x, y, sample_weight, class_weight, return_dict):
    """Runs one step on one batch; see `Model.train_on_batch`."""
    model.assert_compiled(f"{mode}_on_batch")
    feed = make_feed(x, y, sample_weight, class_weight, batch_size=WHOLE, model=model)
    build_model(model, feed, mode)
    check_labels(model, feed)
    stepper = Stepper(model, mode)

    def step(batch):
        model.reset_metrics()  # in the program, where it costs nothing
        return stepper.run_once(batch)

    if not model.run_eagerly:
        step = model.program(
            ("batch", mode), lambda: Program(step, model.state_variables(mode))
        )
    logs = LazyLogs(step(feed.first_batch())).copy()
    return logs if return_dict else model.ordered_logs(logs)
