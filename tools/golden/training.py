"""Writes test/golden/optimizers.json and test/golden/schedules.json: update rules and schedules of PyTorch.

Run: python3 tools/golden/training.py

The optimizers run in float64 on two variables with given gradients and a learning rate that changes at every step.
The schedules are the learning rates that torch.optim.lr_scheduler sets; cyclical annealing is evaluated from
equations 6 and 7 of Fu et al. 2019 with t counted from 1.
"""

import json
import math
import pathlib

import numpy
import torch

DATE = "2026-11-22"
STEPS = 20
KEPT = (0, 1, 4, 19)
FOLDER = pathlib.Path(__file__).parents[2] / "test" / "golden"
HEADER = {
    "tool": "torch",
    "version": torch.__version__,
    "command": "python3 tools/golden/training.py",
    "date": DATE,
}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def write(name, content):
    text = json.dumps(rounded({**HEADER, **content}), indent=1)
    (FOLDER / name).write_text(text + "\n")


def optimizer_cases():
    generator = numpy.random.default_rng(0)
    kernel = generator.normal(size=6)
    bias = generator.normal(size=3)
    # float32 values, so that both sides start from the same numbers; magnitudes from 1e-4 to 1e2
    scales = 10.0 ** generator.integers(-4, 3, size=9)
    gradients = (generator.normal(size=(STEPS, 9)) * scales).astype(numpy.float32).astype(numpy.float64)
    initial = numpy.concatenate([kernel, bias]).astype(numpy.float32).astype(numpy.float64)
    rates = [float(numpy.float32(0.05 / (1 + step))) for step in range(STEPS)]

    def run(make):
        parameters = [torch.tensor(initial[:6], requires_grad=True), torch.tensor(initial[6:], requires_grad=True)]
        optimizer = make(parameters)
        kept = []
        for step in range(STEPS):
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
            for parameter, gradient in zip(parameters, (gradients[step, :6], gradients[step, 6:])):
                parameter.grad = torch.tensor(gradient)
            optimizer.step()
            if step in KEPT:
                kept.append([x for parameter in parameters for x in parameter.detach().tolist()])
        return kept

    decayed = lambda p: [{"params": p[:1], "weight_decay": 0.1}, {"params": p[1:], "weight_decay": 0.0}]
    return {
        "steps": list(KEPT),
        "initial": initial.tolist(),
        "learningRates": rates,
        "gradients": gradients.tolist(),
        "weights": {
            "adam": run(lambda p: torch.optim.Adam(p, lr=1.0)),
            "adamOptions": run(lambda p: torch.optim.Adam(p, lr=1.0, betas=(0.5, 0.9), eps=1e-3)),
            "adamW": run(lambda p: torch.optim.AdamW(decayed(p), lr=1.0)),
            "adamWEverywhere": run(lambda p: torch.optim.AdamW(p, lr=1.0, weight_decay=0.1)),
            "sgd": run(lambda p: torch.optim.SGD(p, lr=1.0)),
            "momentum": run(lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.9)),
        },
    }


def learning_rates(make, peak, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def warm_cosine(optimizer, steps, warmup, floor):
    lr = torch.optim.lr_scheduler
    rise = lr.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    fall = lr.CosineAnnealingLR(optimizer, T_max=steps - warmup, eta_min=floor)
    return lr.SequentialLR(optimizer, [rise, fall], milestones=[warmup])


def plateau_rates(losses, **options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, threshold_mode="abs", eps=0, **options)
    values = []
    for loss in losses:
        scheduler.step(loss)
        values.append(optimizer.param_groups[0]["lr"])
    return values


def cyclical(steps, cycles, fraction):
    values = []
    for t in range(1, steps + 1):
        tau = ((t - 1) % math.ceil(steps / cycles)) / (steps / cycles)
        values.append(tau / fraction if tau <= fraction else 1.0)
    return values


def schedule_cases():
    lr = torch.optim.lr_scheduler
    losses = [5.0, 4.0, 4.0, 3.95, 3.97, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8]
    return {
        "cosine": learning_rates(lambda o: lr.CosineAnnealingLR(o, T_max=20, eta_min=0.1), 2.0, 21),
        "warmCosine": learning_rates(lambda o: warm_cosine(o, 20, 5, 0.1), 2.0, 20),
        "oneCycle": learning_rates(lambda o: lr.OneCycleLR(o, max_lr=2.0, total_steps=30), 2.0, 29),
        "oneCycleOptions": learning_rates(
            lambda o: lr.OneCycleLR(o, max_lr=2.0, total_steps=25, pct_start=0.5, div_factor=10, final_div_factor=100),
            2.0,
            24,
        ),
        "losses": losses,
        "plateau": plateau_rates(losses, factor=0.5, patience=1, threshold=0.1),
        "plateauCooldown": plateau_rates(losses, factor=0.1, patience=1, threshold=0.0, cooldown=2, min_lr=0.005),
        "cyclical": cyclical(20, 4, 0.5),
        "cyclicalUneven": cyclical(22, 4, 0.8),
    }


write("optimizers.json", optimizer_cases())
write("schedules.json", schedule_cases())
