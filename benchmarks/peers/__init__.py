"""The libraries compared. A module here lists its peers in `PEERS`."""

import importlib
import importlib.util
import pkgutil


class Peer:
    """A library, and how to train a workload with it.

    A peer lives in a worker process of its own, started with `env`. There `load`
    imports the library, then `train` runs epoch after epoch, each followed by
    `gate(validation_loss)`, and returns when the gate answers False. A validation loss
    that would cost extra time is handed over as a function; it is called off the clock.
    """

    name = ""
    needs: tuple[str, ...] = ()
    env: dict[str, str] = {}

    def missing(self):
        """The modules this peer needs and does not find."""
        return [m for m in self.needs if importlib.util.find_spec(m) is None]

    def load(self):
        for module in self.needs:
            importlib.import_module(module)

    def train(self, workload, data, gate):
        raise NotImplementedError


def _collect():
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return {peer.name: peer for module in modules for peer in module.PEERS}


PEERS = _collect()
