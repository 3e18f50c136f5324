"""Ways to train a deep plain network: 20 layers of 100 units on Fashion-MNIST.

Run: python examples/deep_networks.py [--epochs 20] [--only selu,one_cycle]
Needs the data set: `apt-get install dataset-fashion-mnist`, or a network.

Every network trains with batches of 32 until the validation loss has not improved for
five epochs. The table tells after how many epochs the validation accuracy reached 0.87,
and the best one. The whole table takes some ten minutes on two cores.
"""

import argparse
import sys
import time

import numpy as np

import ranvier as rv

GOAL = 0.87
DEPTH, UNITS = 20, 100


def network(**options):
    """A plain stack; `options` go to its hidden `Dense` layers."""
    model = rv.Sequential([rv.Input((784,))])
    for _ in range(DEPTH):
        model.add(rv.layers.Dense(UNITS, **options))
    model.add(rv.layers.Dense(10, activation="softmax"))
    return model


def he_swish(steps):
    """(a) He initialisation and Swish."""
    model = network(activation="swish", kernel_initializer="he_normal")
    return model, rv.optimizers.Nadam(2e-4)


def batch_norm(steps):
    """(b) Batch normalisation before each activation."""
    model = rv.Sequential([rv.Input((784,))])
    for _ in range(DEPTH):
        model.add(
            rv.layers.Dense(UNITS, kernel_initializer="he_normal", use_bias=False)
        )
        model.add(rv.layers.BatchNormalization())
        model.add(rv.layers.Activation("swish"))
    model.add(rv.layers.Dense(10, activation="softmax"))
    return model, rv.optimizers.Nadam(5e-4)


def selu(steps):
    """(c) Self-normalising: SELU, LeCun initialisation, standardised inputs."""
    model = network(activation="selu", kernel_initializer="lecun_normal")
    return model, rv.optimizers.Nadam(2e-4)


def alpha_dropout(steps):
    """(d) The same with alpha dropout before the output layer."""
    model = rv.Sequential(network(**SELF_NORMALIZING).layers[:-1])
    model.add(rv.layers.AlphaDropout(0.1))
    model.add(rv.layers.Dense(10, activation="softmax"))
    return model, rv.optimizers.Nadam(2e-4)


def one_cycle(steps):
    """(e) The self-normalising network with SGD in a 1cycle schedule."""
    schedule = rv.optimizers.schedules.OneCycle(0.02, steps)
    optimizer = rv.optimizers.SGD(schedule, momentum=0.9, nesterov=True)
    return network(**SELF_NORMALIZING), optimizer


SELF_NORMALIZING = {"activation": "selu", "kernel_initializer": "lecun_normal"}
EXPERIMENTS = [he_swish, batch_norm, selu, alpha_dropout, one_cycle]


def load():
    """Fashion-MNIST as standardised rows: training, validation and test sets."""
    (x, y), (x_test, y_test) = rv.datasets.fashion_mnist.load_data()
    x, x_test = (a.reshape(-1, 784).astype("float32") / 255 for a in (x, x_test))
    mean, std = x[:-5000].mean(axis=0), x[:-5000].std(axis=0)
    # Pixels at the border hardly vary: dividing by their deviation would blow up noise.
    x, x_test = ((a - mean) / np.maximum(std, 0.1) for a in (x, x_test))
    return (x[:-5000], y[:-5000]), (x[-5000:], y[-5000:]), (x_test, y_test)


def run(experiment, data, epochs):
    """Trains one network; returns a row of the table."""
    train, valid, test = data
    rv.utils.set_random_seed(42)
    model, optimizer = experiment(steps=epochs * -(-len(train[0]) // 32))
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    # A cycle is only worth its name when it ends.
    patience = epochs if experiment is one_cycle else 5
    stop = rv.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    started = time.perf_counter()
    history = model.fit(
        *train, epochs=epochs, validation_data=valid, callbacks=[stop], verbose=2
    ).history
    seconds = (time.perf_counter() - started) / len(history["loss"])
    accuracies = history["val_accuracy"]
    reached = [i for i, value in enumerate(accuracies, 1) if value >= GOAL]
    row = {
        "epochs to 0.87": reached[0] if reached else "-",
        "best": f"{max(accuracies):.4f}",
        "test": f"{model.evaluate(*test, verbose=0)[1]:.4f}",
        "s/epoch": f"{seconds:.1f}",
    }
    if experiment is alpha_dropout:
        sampled = model.predict(valid[0], mc_samples=100, verbose=0).mean
        accuracy = (sampled.argmax(axis=1) == valid[1].ravel()).mean()
        row["best"] += f", MC dropout {accuracy:.4f}"
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--only", help="names of experiments, separated by commas")
    arguments = parser.parse_args()
    names = arguments.only.split(",") if arguments.only else None
    data = load()
    rows = {}
    for experiment in EXPERIMENTS:
        if names is None or experiment.__name__ in names:
            title = experiment.__doc__.removesuffix(".")
            print(f"\n{title}")
            rows[title] = run(experiment, data, arguments.epochs)
    columns = ("epochs to 0.87", "best", "test", "s/epoch")
    print("\n| network | " + " | ".join(columns) + " |")
    print("| --- " * (len(columns) + 1) + "|")
    for title, row in rows.items():
        print(f"| {title} | " + " | ".join(str(row[c]) for c in columns) + " |")
    return 0 if all(row["epochs to 0.87"] != "-" for row in rows.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
