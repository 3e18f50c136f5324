"""PyTorch as its users write it for speed: a bare loop over tensors.

Pipelines are its `DataLoader`'s.
"""

from benchmarks.peers import Peer


class TorchLoop(Peer):
    name = "torch"
    needs = ("torch",)

    def train(self, workload, data, gate):
        import torch

        torch.manual_seed(0)
        work = workload.torch_work(data)
        if work is not None:
            while gate(work()):
                pass
            return
        model, losses = workload.torch_network()
        optimizer = OPTIMIZERS[workload.optimizer](torch, model.parameters())
        train, valid = _tensors(data.train), _tensors(data.valid)

        def run(arrays, batches, each):
            totals = {}
            for index in batches:
                batch = [tuple(a[index] for a in role) for role in arrays]
                logs = losses(model, *batch)
                each(logs)
                for name, value in logs.items():
                    mean = value.detach() * len(batch[0][0])
                    totals[name] = totals[name] + mean if name in totals else mean
            return {k: v.item() / len(arrays[0][0]) for k, v in totals.items()}

        def learn(logs):
            optimizer.zero_grad()
            logs["loss"].backward()
            optimizer.step()

        size, rows = workload.batch_size, len(data.valid)
        in_order = [slice(i, min(i + size, rows)) for i in range(0, rows, size)]
        going = True
        while going:
            model.train()
            run(train, torch.randperm(len(data.train)).split(size), learn)
            model.eval()
            with torch.inference_mode():
                logs = run(valid, in_order, lambda logs: None)
            going = gate(logs["loss"])


def _tensors(split):
    import torch

    def tensor(array):  # class labels must be int64
        array = torch.from_numpy(array)
        return array if array.is_floating_point() else array.long()

    return tuple(map(tensor, split.inputs)), tuple(map(tensor, split.targets))


# `fused` is PyTorch's fastest setting on a CPU.
OPTIMIZERS = {
    "sgd": lambda torch, params: torch.optim.SGD(params, lr=0.01, fused=True),
    "adam": lambda torch, params: torch.optim.Adam(
        params, lr=1e-3, eps=1e-7, fused=True
    ),
}
PEERS = [TorchLoop()]
