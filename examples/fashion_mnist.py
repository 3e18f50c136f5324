"""Fashion-MNIST: 784-300-100-10 with plain SGD, 30 epochs.

Run: python examples/fashion_mnist.py
Needs the data set: `apt-get install dataset-fashion-mnist`, or a network.
"""

import sys
import time

import ranvier as rv

GOAL = 0.88


def main() -> int:
    rv.utils.set_random_seed(42)
    (x, y), (x_test, y_test) = rv.datasets.fashion_mnist.load_data()
    x, x_test = x / 255.0, x_test / 255.0
    x_train, y_train, x_valid, y_valid = x[:-5000], y[:-5000], x[-5000:], y[-5000:]

    model = rv.Sequential(
        [
            rv.Input((28, 28)),
            rv.layers.Flatten(),
            rv.layers.Dense(300, activation="relu"),
            rv.layers.Dense(100, activation="relu"),
            rv.layers.Dense(10, activation="softmax"),
        ]
    )
    model.summary()
    model.compile(
        optimizer=rv.optimizers.SGD(learning_rate=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    started = time.perf_counter()
    history = model.fit(
        x_train, y_train, epochs=30, batch_size=32, validation_data=(x_valid, y_valid)
    )
    seconds = time.perf_counter() - started

    best = max(history.history["val_accuracy"])
    _, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"best validation accuracy {best:.4f}, test accuracy {test_accuracy:.4f}")
    print(f"{30 * -(-len(x_train) // 32) / seconds:,.0f} steps per second")
    return 0 if best >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
