"""Golden values of color bins and rarity weights, computed with NumPy from the published tables.

Run: /usr/bin/python3 tools/golden/color_bins.py FOLDER   (writes test/golden/colorBins.json)

FOLDER holds pts_in_hull.npy (313 x 2, a and b) and prior_probs.npy (313) of the sources that NOTICE names.
"""
import json
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
centers = np.load(folder / "pts_in_hull.npy").astype(np.float64)
prior = np.load(folder / "prior_probs.npy").astype(np.float64)
prior = prior / prior.sum()
shorten = lambda x: [float(f"{v:.9g}") for v in np.asarray(x, dtype=np.float64).ravel()]


def smoothed_weights(p, uniform_mix):
    """Equation 4 of Zhang et al. 2016, over the bins that occur."""
    occurs = p > 0
    uniform = occurs / occurs.sum()
    mixed = (1 - uniform_mix) * p + uniform_mix * uniform
    weights = np.where(occurs, 1 / np.where(occurs, mixed, 1), 0)
    weights /= (p * weights).sum()
    return np.where(occurs, weights, weights.max())


sparse = prior.copy()
sparse[::7] = 0
sparse /= sparse.sum()

squared = ((centers[:, None, :] - centers[None, :, :]) ** 2).sum(-1)
kernel = np.exp(-squared / (2 * 5.0**2))  # [to, from]
counts = np.zeros(len(centers))
counts[[0, 41, 160, 312]] = [0.1, 0.2, 0.4, 0.3]
spread = (kernel / kernel.sum(0, keepdims=True)) @ counts

golden = {
    "tool": "NumPy, from pts_in_hull.npy and prior_probs.npy",
    "version": np.__version__,
    "command": "python3 tools/golden/color_bins.py FOLDER",
    "date": "2026-11-22",
    "centers": centers.astype(int).tolist(),
    "prior": shorten(prior),
    "smoothedWeights": shorten(smoothed_weights(prior, 0.5)),
    "mixedWeights": shorten(smoothed_weights(prior, 0.1)),
    "rawWeights": shorten(1 / prior),
    "sparsePrior": shorten(sparse),
    "sparseWeights": shorten(smoothed_weights(sparse, 0.5)),
    "spreadOf": shorten(counts),
    "spread": shorten(spread),
}
path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "colorBins.json"
path.write_text(json.dumps(golden) + "\n")
