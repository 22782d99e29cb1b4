"""Training steps in PyTorch on the CPU, for bench/trainStep.ts: the same layers, loss, optimizer and averaging as polyhue's.

Run: python3 tools/bench/torch_step.py (colorVae|mixture) (reference|compact) BATCH THREADS

Writes the number of trainable parameters, then takes one step for each line of its input and writes its milliseconds, wall and
processor time, as a line of JSON.
"""

import json
import math
import pathlib
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "golden"))
import losses  # noqa: E402
import models  # noqa: E402

torch.set_default_dtype(torch.float32)  # losses.py computes in float64

SIZE, LATENT, COMPONENTS = 64, 64, 5
LEARNING_RATE, DECAY = 1e-4, 0.999


def unit(inputs, filters, stride=1):
    """A unit of `compact`: 3x3 convolution, group normalization, ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, filters, 3, stride, 1), nn.GroupNorm(8, filters), nn.ReLU())


class Levels(nn.Module):
    """The encoders of `compact`: the map of each level, deepest first."""

    def __init__(self, channels):
        super().__init__()
        widths = [channels, 32, 64, 128, 256]
        self.units = nn.ModuleList(unit(a, b, 2) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        maps = []
        for down in self.units:
            x = down(x)
            maps.insert(0, x)
        return maps


class Stage(nn.Module):
    """A stage of the decoder of `compact`: convolves, doubles, adds the convolved skip, normalizes, refines."""

    def __init__(self, inputs, filters, refinements, doubles):
        super().__init__()
        self.doubles = doubles
        self.main = nn.Conv2d(inputs, filters, 3, padding=1)
        self.skip = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(8, filters)
        self.refine = nn.Sequential(*(unit(filters, filters) for _ in range(refinements)))

    def forward(self, x, skip):
        x = self.main(x)
        if self.doubles:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.refine(F.relu(self.norm(x + self.skip(skip))))


class CompactVae(nn.Module):
    def __init__(self):
        super().__init__()
        self.color, self.grey = Levels(2), Levels(1)
        self.linear = nn.Linear(256 * 16, 2 * LATENT)
        plan = [(LATENT, 256, 0), (256, 128, 1), (128, 64, 1), (64, 32, 0)]
        self.stages = nn.ModuleList(Stage(a, b, r, i > 0) for i, (a, b, r) in enumerate(plan))
        self.out = nn.Conv2d(32, 2, 3, padding=1)

    def encode(self, color):
        return self.linear(self.color(color)[0].flatten(1)).chunk(2, 1)

    def decode(self, z, grey):
        x = z[:, :, None, None].expand(-1, -1, 4, 4)
        for stage, skip in zip(self.stages, self.grey(grey)):
            x = stage(x, skip)
        return torch.tanh(self.out(F.interpolate(x, scale_factor=2, mode="nearest")))


class CompactMixture(nn.Module):
    def __init__(self):
        super().__init__()
        table = [(1, 32, 2), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2)]
        drop = nn.Dropout(0.2)
        trunk = [unit(*row) for row in table]
        self.features = nn.Sequential(*trunk, nn.Flatten(), drop, nn.Linear(256 * 16, 256), nn.ReLU(), drop)
        self.heads = nn.Linear(256, COMPONENTS * (1 + 2 * LATENT))

    def forward(self, grey):
        logits, means, deviations = self.heads(self.features(grey)).split(
            [COMPONENTS, COMPONENTS * LATENT, COMPONENTS * LATENT], 1
        )
        least, most = math.log(0.02), math.log(3)
        bounded = least + (most - least) * torch.sigmoid(deviations)
        return logits, means.reshape(-1, COMPONENTS, LATENT), bounded.reshape(-1, COMPONENTS, LATENT)


def reference_vae():
    vae = models.ReferenceVae(SIZE, LATENT, [128, 256, 512, 1024], [512, 256, 128, 64])
    vae.linear = nn.Sequential(nn.Dropout(0.7), vae.linear)
    return vae


def vae_loss(vae, batch):
    grey, color = torch.rand(batch, 1, SIZE, SIZE), torch.rand(batch, 2, SIZE, SIZE)
    ones = torch.ones(1)

    def loss():
        means, log_variances = vae.encode(color)
        z = means + torch.exp(log_variances / 2) * torch.randn_like(means)
        divergence = losses.unit_kl(means, log_variances).sum(1)
        return (losses.l1(color, vae.decode(z, grey), ones) + divergence).mean()

    return loss


def mixture_loss(network, batch):
    grey, means, log_variances = torch.rand(batch, 1, SIZE, SIZE), torch.rand(batch, LATENT), torch.rand(batch, LATENT)

    def loss():
        z = means + torch.exp(log_variances / 2) * torch.randn_like(means)
        return -losses.mixture(*network(grey)).log_prob(z).mean()

    return loss


BUILD = {
    ("colorVae", "reference"): (reference_vae, vae_loss),
    ("colorVae", "compact"): (CompactVae, vae_loss),
    ("mixture", "compact"): (CompactMixture, mixture_loss),
}


def main():
    kind, preset, batch, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    build, make_loss = BUILD[kind, preset]
    network = build()
    loss = make_loss(network, int(batch))
    parameters = list(network.parameters())
    averages = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.Adam(parameters, LEARNING_RATE)
    print(sum(p.numel() for p in parameters), flush=True)
    for _ in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(averages, DECAY)
            torch._foreach_add_(averages, parameters, alpha=1 - DECAY)
        spent = {"wallMs": time.perf_counter() - wall, "processorMs": time.process_time() - processor}
        print(json.dumps({name: 1000 * seconds for name, seconds in spent.items()}), flush=True)


main()
