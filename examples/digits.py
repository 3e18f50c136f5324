"""Reads handwritten digits with a small network.

The 1,797 pictures of 8 by 8 pixels come with scikit-learn, so nothing is downloaded.
Ends with an error if fewer than 96 of 100 unseen digits are read correctly.
"""

import sys
import time

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import ranvier as keras

EPOCHS = 40
BATCH_SIZE = 32
TARGET = 0.96

keras.utils.set_random_seed(42)

# Pixels are numbers from 0 to 16; networks like small ones.
x, y = load_digits(return_X_y=True)
x = (x / 16).astype("float32")
x_rest, x_test, y_rest, y_test = train_test_split(
    x, y, test_size=0.2, stratify=y, random_state=42
)
x_train, x_val, y_train, y_val = train_test_split(
    x_rest, y_rest, test_size=0.125, stratify=y_rest, random_state=42
)

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
model.summary()

ends = []
model.fit(
    x_train,
    y_train,
    batch_size=BATCH_SIZE,
    epochs=EPOCHS,
    validation_data=(x_val, y_val),
    callbacks=[
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter())
        )
    ],
)

# The first epoch also compiles, so the clock starts at its end.
steps_per_epoch = -(-len(x_train) // BATCH_SIZE)
steps_per_second = steps_per_epoch * (EPOCHS - 1) / (ends[-1] - ends[0])

_, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"\nTest accuracy: {accuracy:.4f} on {len(x_test)} unseen digits")
print(f"Steps per second: {steps_per_second:,.0f}, validation included")
if accuracy < TARGET:
    sys.exit(f"The test accuracy should be at least {TARGET}.")
