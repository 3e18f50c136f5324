"""TensorBoard itself, in a real browser, shows what a run has written.

With `RANVIER_SCREENSHOTS=docs/images` the pictures of the guide are made anew.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

import ranvier

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BROWSER and DRIVER),
        reason="needs chromium and chromedriver (Debian: apt install chromium-driver)",
    ),
]

# The text of a page, that of the components it is made of included.
TEXT = """
const texts = [];
function walk(node) {
  if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent);
  if (node.nodeName === 'STYLE' || node.nodeName === 'SCRIPT') return;
  if (node.shadowRoot) walk(node.shadowRoot);
  if (node.value && node.nodeName === 'INPUT') texts.push(node.value);
  if (node.title) texts.push(node.title);
  for (const child of node.childNodes) walk(child);
}
walk(document.body);
return texts.join('\\n');
"""


def train(logs, units, rate):
    """Trains a small network that is worth looking at."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 8)).astype(np.float32)
    y = np.sin(x[:, :1]) + 0.1 * rng.normal(size=(512, 1))
    ranvier.utils.set_random_seed(42)
    inputs = ranvier.Input((8,), name="features")
    deep = ranvier.Sequential(
        [
            ranvier.layers.Dense(units, activation="relu", name="first"),
            ranvier.layers.Dense(units, activation="relu", name="second"),
        ],
        name="deep",
    )
    joined = ranvier.layers.Concatenate(name="join")([inputs, deep(inputs)])
    price = ranvier.layers.Dense(1, name="price")(joined)
    model = ranvier.Model(inputs, price, name="houses")
    model.compile(loss="mse", optimizer=ranvier.optimizers.Adam(rate), metrics=["mae"])
    model.fit(
        *(x, y.astype(np.float32)),
        epochs=12,
        validation_split=0.25,
        verbose=0,
        callbacks=[
            ranvier.callbacks.TensorBoard(logs, histogram_freq=1),
            ranvier.callbacks.HParams(logs, {"units": units, "learning_rate": rate}),
        ],
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Yields the address of a TensorBoard on two runs."""
    logs = tmp_path_factory.mktemp("logs")
    train(logs / "small", 4, 0.001)
    train(logs / "large", 30, 0.003)
    with subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", str(logs)]
        + ["--port", "0", "--load_fast", "false", "--bind_all"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r"at http://[^:]+:(\d+)", line):
                break
        else:
            pytest.fail("TensorBoard did not start:\n" + "".join(lines))
        yield f"http://localhost:{found[1]}"
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (
        "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update "
        "--window-size=1200,760 --force-device-scale-factor=1"
    ).split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    service = webdriver.ChromeService(executable_path=DRIVER)
    browser = webdriver.Chrome(options=options, service=service)
    yield browser
    browser.quit()


def wait_for(browser, *words, seconds=60):
    """Waits until a page says all the words; fails with what it says instead."""
    end = time.monotonic() + seconds
    while True:
        text = browser.execute_script(TEXT)
        missing = [word for word in words if word not in text]
        if not missing:
            return text
        if time.monotonic() > end:
            pytest.fail(f"The page never said {missing}. It says:\n{text[:4000]}")
        time.sleep(0.2)


NODE = """
function find(root, selector) {
  const found = root.querySelector(selector);
  if (found) return found;
  for (const element of root.querySelectorAll('*')) {
    const inner = element.shadowRoot && find(element.shadowRoot, selector);
    if (inner) return inner;
  }
  return null;
}
const node = find(document, `g.node[data-name="${arguments[0]}"]`);
if (node && arguments[1]) {
  const target = node.querySelector('rect, .nodeshape') || node;
  target.dispatchEvent(new MouseEvent('dblclick', {bubbles: true, composed: true}));
}
return node !== null;
"""


def find_node(browser, name, opened=False):
    end = time.monotonic() + 30
    while not browser.execute_script(NODE, name, opened):
        if time.monotonic() > end:
            pytest.fail(f"The graph has no node {name!r}")
        time.sleep(0.2)


def open_node(browser, name):
    find_node(browser, name, opened=True)


def keep_picture(browser, name):
    folder = os.environ.get("RANVIER_SCREENSHOTS")
    if folder:
        time.sleep(2)  # what moves comes to rest
        browser.save_screenshot(str(pathlib.Path(folder) / f"tensorboard_{name}.png"))


def test_time_series(server, browser):
    browser.get(f"{server}/#timeseries")
    wait_for(browser, "epoch_loss", "epoch_mae", "epoch_learning_rate", "small/train")
    wait_for(browser, "evaluation_loss_vs_iterations", "large/validation")
    browser.get(f"{server}/?tagFilter=epoch_(loss|mae)&smoothing=0#timeseries")
    wait_for(browser, "epoch_loss", "epoch_mae", "small/validation")
    keep_picture(browser, "time_series")


def test_scalars(server, browser):
    browser.get(f"{server}/#scalars")
    wait_for(browser, "epoch_loss", "epoch_mae", "epoch_learning_rate", "small/train")


def test_histograms(server, browser):
    browser.get(f"{server}/#histograms")
    wait_for(browser, "deep/first/kernel/histogram", "small/train")
    keep_picture(browser, "histograms")


def test_graphs(server, browser):
    browser.get(f"{server}/#graphs&run=large%2Ftrain")
    wait_for(browser, "large/train", "features")
    # A double click opens a box: the layers of the model, then those of a block in it.
    open_node(browser, "houses")
    open_node(browser, "houses/deep")
    find_node(browser, "houses/price")
    open_node(browser, "houses/deep/first")
    find_node(browser, "houses/deep/first/dot_general")
    keep_picture(browser, "graphs")


def test_hyperparameters(server, browser):
    browser.get(f"{server}/#hparams")
    wait_for(browser, "units", "learning_rate", "30", "0.003")
    keep_picture(browser, "hparams")
