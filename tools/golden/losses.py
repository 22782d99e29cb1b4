"""Values and gradients of the distributions and losses, from PyTorch's distributions and autograd in float64.

Makes test/golden/losses.json: `inputs`, and for each case its `value` and the `gradients` of
`sum{ (1 + i / 10) * value[i] : i }`.
Run: /usr/bin/python3 tools/golden/losses.py
"""

import json
import math
import pathlib

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

torch.set_default_dtype(torch.float64)
torch.manual_seed(20261122)

BATCH, HEIGHT, WIDTH, CHANNELS = 3, 5, 4, 2
DIMENSIONS = HEIGHT * WIDTH * CHANNELS
COUNT = 3  # principal components
COMPONENTS, LATENT = 4, 3


def rounded(tensor, digits=4):
    """Inputs of few digits, so that the JSON file is short."""
    return torch.round(tensor * 10**digits) / 10**digits


def make_inputs():
    image = (BATCH, HEIGHT, WIDTH, CHANNELS)
    target = rounded(torch.rand(image) * 1.6 - 0.8)
    inputs = {
        "target": target,
        "reconstruction": rounded(target + 0.3 * torch.randn(image)),
        "weights": rounded(0.2 + 3 * torch.rand(BATCH, HEIGHT, WIDTH, 1)),
        # Rounding to seven digits leaves the rows orthonormal to about 1e-7.
        "components": rounded(torch.linalg.qr(torch.randn(DIMENSIONS, COUNT))[0].T, 7),
        "variances": torch.tensor([2.5, 0.7, 0.04]),
        "means": rounded(torch.randn(BATCH, LATENT)),
        "logVariances": rounded(torch.randn(BATCH, LATENT)),
        "priorMeans": rounded(torch.randn(BATCH, LATENT)),
        "priorLogVariances": rounded(torch.randn(BATCH, LATENT)),
        "noise": rounded(torch.randn(BATCH, LATENT)),
        "divergences": rounded(torch.rand(BATCH, LATENT)),
        "z": rounded(torch.randn(BATCH, LATENT)),
        "logits": rounded(torch.randn(BATCH, COMPONENTS)),
        "mixtureMeans": rounded(torch.randn(BATCH, COMPONENTS, LATENT)),
        "logStdDevs": rounded(0.5 * torch.randn(BATCH, COMPONENTS, LATENT)),
        "isotropicLogStdDevs": rounded(0.5 * torch.randn(BATCH, COMPONENTS, 1)),
    }
    # The middle dimension stays below the floor of the free bits on average, not in every example.
    inputs["divergences"][:, 1] = torch.tensor([0.05, 0.3, 0.1])
    return inputs


def gaussian(means, log_variances):
    return Normal(means, torch.exp(log_variances / 2))


def mixture(logits, mixtureMeans, log_std_devs):
    components = Independent(Normal(mixtureMeans, torch.exp(log_std_devs).expand_as(mixtureMeans)), 1)
    return MixtureSameFamily(Categorical(logits=logits), components)


def flat(images):
    return images.reshape(BATCH, DIMENSIONS)


def mahalanobis(target, reconstruction, components, variances):
    """As a quadratic form with the whole precision matrix."""
    projector = components.T @ components
    precision = components.T @ torch.diag(1 / variances) @ components
    precision = precision + (torch.eye(DIMENSIONS) - projector) / variances[-1]
    difference = flat(target - reconstruction)
    return torch.einsum("bi,ij,bj->b", difference, precision, difference)


def gradient_difference(target, reconstruction):
    """By convolution with two difference kernels over the overlap."""
    difference = (target - reconstruction).permute(0, 3, 1, 2).reshape(-1, 1, HEIGHT, WIDTH)
    kernels = torch.tensor([[[[-1.0, 0.0], [1.0, 0.0]]], [[[-1.0, 1.0], [0.0, 0.0]]]])
    return torch.nn.functional.conv2d(difference, kernels).reshape(BATCH, -1).square().sum(1)


def l1(target, reconstruction, weights):
    return (weights * torch.nn.functional.l1_loss(reconstruction, target, reduction="none")).sum((1, 2, 3))


def squared(target, reconstruction, weights):
    return (weights * torch.nn.functional.mse_loss(reconstruction, target, reduction="none")).sum((1, 2, 3))


def norm(target, reconstruction, weights):
    return torch.linalg.vector_norm(flat(torch.sqrt(weights) * (target - reconstruction)), dim=1)


def nearest(z, logits, mixtureMeans, term):
    winners = torch.cdist(z[:, None], mixtureMeans)[:, 0].argmin(1)
    rows = torch.arange(BATCH)
    log_weights = Categorical(logits=logits).logits[rows, winners]
    return -log_weights + term((z - mixtureMeans[rows, winners]).square().sum(1))


def posterior_component(means, logVariances, logits, mixtureMeans, logStdDevs, term):
    """One term of the loss, each by Mahalanobis distances and expectations written out with PyTorch's distributions."""
    posterior = gaussian(means, logVariances)
    squared = ((means[:, None] - mixtureMeans) / posterior.stddev[:, None]).square().sum(2)
    winners, rows = squared.argmin(1), torch.arange(BATCH)
    nearest = squared[rows, winners]
    if term == "weight":
        return torch.nn.functional.cross_entropy(logits, winners, reduction="none")
    if term == "distance":
        others = (squared.sum(1) - nearest) / (COMPONENTS - 1)
        relaxed = torch.lerp(nearest, others, torch.tensor(0.1))
        return torch.lerp(relaxed, squared[:, 0], torch.tensor(0.25)) / (2 * 2.5**2)
    winner = Normal(mixtureMeans.detach()[rows, winners], torch.exp(logStdDevs[rows, winners]))
    fixed = gaussian(means.detach(), logVariances.detach())
    return (kl_divergence(fixed, winner) + fixed.entropy()).sum(1)


def unit_kl(means, logVariances):
    return kl_divergence(gaussian(means, logVariances), Normal(0.0, 1.0))


def floored_kl(means, logVariances, floor):
    """Sum over the batch of the published form, which is a mean over the batch."""
    return BATCH * torch.clamp(unit_kl(means, logVariances).mean(0), min=floor).sum()


def distribution_cases(i):
    posterior = {k: i[k] for k in ("means", "logVariances")}
    both = {**posterior, "priorMeans": i["priorMeans"], "priorLogVariances": i["priorLogVariances"]}
    with_prior = lambda means, logVariances, priorMeans, priorLogVariances: kl_divergence(
        gaussian(means, logVariances), gaussian(priorMeans, priorLogVariances)
    )
    yield "reparameterize", lambda means, logVariances: means + gaussian(0 * means, logVariances).stddev * i["noise"], posterior
    yield "gaussianLogProbability", lambda z, means, logVariances: Independent(gaussian(means, logVariances), 1).log_prob(
        z
    ), {"z": i["z"], **posterior}
    yield "gaussianDivergence", unit_kl, posterior
    yield "gaussianDivergenceFromPrior", with_prior, both
    yield "klDivergence", lambda **p: unit_kl(**p).sum(1), posterior
    yield "klDivergenceFromPrior", lambda **p: with_prior(**p).sum(1), both
    for name, deviations in (("", "logStdDevs"), ("Isotropic", "isotropicLogStdDevs")):
        parameters = {k: i[k] for k in ("logits", "mixtureMeans", deviations)}
        build = lambda p: mixture(*p.values())
        yield f"mixtureLogProbability{name}", lambda z, **p: build(p).log_prob(z), {"z": i["z"], **parameters}
        yield f"mixtureResponsibilities{name}", lambda z, **p: torch.softmax(
            build(p).mixture_distribution.logits + build(p).component_distribution.log_prob(z[:, None]), 1
        ), {"z": i["z"], **parameters}
        yield f"mixtureMean{name}", lambda **p: build(p).mean, parameters
        yield f"mixtureVariance{name}", lambda **p: build(p).variance, parameters


def loss_cases(i):
    images = {"reconstruction": i["reconstruction"]}
    posterior = {k: i[k] for k in ("means", "logVariances")}
    for name, loss in (("weightedL1", l1), ("weightedNorm", norm), ("weightedSquaredError", squared)):
        yield name, lambda reconstruction: loss(i["target"], reconstruction, i["weights"]), images
        yield f"{name}Unweighted", lambda reconstruction: loss(i["target"], reconstruction, torch.ones(1)), images
    distance = lambda reconstruction: mahalanobis(i["target"], reconstruction, i["components"], i["variances"])
    yield "mahalanobis", distance, images
    edges = lambda reconstruction: gradient_difference(i["target"], reconstruction)
    yield "gradientDifferenceSquared", edges, images
    yield "gradientDifferenceNorm", lambda reconstruction: torch.sqrt(edges(reconstruction)), images

    divergences = {"divergences": i["divergences"]}
    yield "freeBitsBatchTotal", lambda divergences: BATCH * torch.clamp(divergences.mean(0), min=0.2).sum(), divergences
    yield "freeBitsExample", lambda divergences: torch.clamp(divergences, min=0.2).sum(1), divergences

    parameters = {k: i[k] for k in ("z", "logits", "mixtureMeans")}
    terms = {
        "Formula": lambda squared: squared / (2 * 0.1**2),
        "Tensorflow": lambda squared: 0.5 * squared / 0.1,
        "Pytorch": lambda squared: torch.sqrt(50 * squared),
    }
    for name, term in terms.items():
        yield f"nearestComponentLoss{name}", lambda **p: nearest(**p, term=term), parameters

    heads = {k: i[k] for k in ("logits", "mixtureMeans", "logStdDevs")}
    for name in ("weight", "distance", "deviation"):
        term = lambda name=name, **p: posterior_component(**posterior, **p, term=name)
        yield f"posteriorComponent{name.capitalize()}", term, heads

    yield "colorVaeLossTotal", lambda reconstruction, means, logVariances: l1(
        i["target"], reconstruction, torch.ones(1)
    ).sum() + 0.3 * floored_kl(means, logVariances, 0.5), {**images, **posterior}
    yield "colorVaeLossAllTerms", lambda reconstruction, means, logVariances: norm(
        i["target"], reconstruction, i["weights"]
    ) + 0.32 * unit_kl(means, logVariances).sum(1) + 0.001 * torch.sqrt(edges(reconstruction)) + 0.1 * distance(
        reconstruction
    ), {**images, **posterior}


def compute(function, arguments):
    leaves = {name: value.clone().requires_grad_() for name, value in arguments.items()}
    value = function(**leaves)
    upstream = 1 + 0.1 * torch.arange(value.numel()).reshape(value.shape)
    gradients = torch.autograd.grad((upstream * value).sum(), list(leaves.values()), allow_unused=True)
    return {
        "value": shortened(value),
        "gradients": {name: shortened(g) for name, g in zip(leaves, gradients) if g is not None},
    }


def shortened(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().reshape(-1).tolist()]


def main():
    inputs = make_inputs()
    cases = {}
    for source in (distribution_cases, loss_cases):
        for name, function, arguments in source(inputs):
            cases[name] = compute(function, arguments)
    assert all(math.isfinite(x) for case in cases.values() for x in case["value"])
    golden = {
        "tool": "PyTorch, torch.distributions and autograd, float64",
        "version": torch.__version__,
        "command": "python3 tools/golden/losses.py",
        "date": "2026-11-22",
        "inputs": {name: {"shape": list(t.shape), "values": shortened(t)} for name, t in inputs.items()},
        "cases": cases,
    }
    path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "losses.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
