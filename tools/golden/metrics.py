"""Golden values of the metrics: the published CIEDE2000 pairs, scikit-image, scikit-learn, SciPy and NumPy.

Run: /usr/bin/python3 tools/golden/metrics.py   (writes test/golden/metrics.json)

The 34 pairs are the supplementary test data of Sharma, Wu and Dalal (2005), as scikit-image's own tests carry them.
"""
import importlib.resources
import json
import pathlib

import numpy as np
import scipy
import scipy.stats
import skimage
import sklearn
from scipy.special import softmax
from skimage.color import deltaE_ciede2000
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.calibration import calibration_curve
from sklearn.cluster import KMeans


def digits(values):
    """Nested lists of numbers with nine significant digits."""
    if np.ndim(values) > 0:
        return [digits(value) for value in values]
    return float(f"{float(values):.9g}")


rng = np.random.default_rng(20261122)

data = importlib.resources.files("skimage.color.tests").joinpath("ciede2000_test_data.txt").read_text()
rows = [[float(word) for word in line.split()] for line in data.splitlines() if line.strip() and line[0] != "#"]
# Columns 2 to 4: Lab of the first color; 15: the difference; 17 to 19: Lab of the second.
pairs = [{"one": digits(row[2:5]), "other": digits(row[17:20]), "difference": digits(row[15])} for row in rows]
assert len(pairs) == 34

lab1 = np.stack([rng.uniform(0, 100, 40), rng.uniform(-110, 110, 40), rng.uniform(-110, 110, 40)], 1).round(3)
lab2 = np.stack([rng.uniform(0, 100, 40), rng.uniform(-110, 110, 40), rng.uniform(-110, 110, 40)], 1).round(3)
differences = deltaE_ciede2000(lab1, lab2)

# A picture of 14 x 17 pixels and a noisy, shifted copy of it.
height, width = 14, 17
y, x = np.mgrid[0:height, 0:width]
waves = [128 + 90 * np.sin(x / 3 + phase) * np.cos(y / 4) for phase in range(3)]
truth = np.clip(np.stack(waves, -1), 0, 255).round().astype(np.uint8)
picture = np.clip(truth * 0.8 + 20 + rng.normal(0, 12, truth.shape), 0, 255).round().astype(np.uint8)
ssim = structural_similarity(
    truth, picture, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
)


def colorfulness(rgb, absolute):
    """NumPy's std is of the population."""
    red, green, blue = [rgb[..., i].astype(float) for i in range(3)]
    red_green, yellow_blue = red - green, 0.5 * (red + green) - blue
    if absolute:
        red_green, yellow_blue = np.abs(red_green), np.abs(yellow_blue)
    spread = np.sqrt(np.std(red_green) ** 2 + np.std(yellow_blue) ** 2)
    return spread + 0.3 * np.sqrt(np.mean(red_green) ** 2 + np.mean(yellow_blue) ** 2)


results = rng.normal(0, 0.2, (4, 24)).round(6)
target = rng.normal(0, 0.2, 24).round(6)
errors = np.abs(results - target)

# The cumulative curve at 150,001 thresholds, integrated by the trapezoidal rule.
distances = rng.gamma(2, 15, 60).round(6)
distances[:2] = [0, 170]
pixel_weights = rng.uniform(0.1, 4, 60).round(6)
thresholds = np.linspace(0, 150, 150_001)


def area(weights):
    order = np.argsort(distances)
    cumulative = np.concatenate([[0], np.cumsum(weights[order])])
    curve = cumulative[np.searchsorted(distances[order], thresholds, side="right")] / weights.sum()
    return np.trapz(curve, thresholds) / 150


logits = rng.normal(0, 1.2, (50, 4))
weights = softmax(logits, 1).round(9)
outcomes = (np.arange(4) == rng.integers(0, 4, 50)[:, None]).astype(int)
frequency, mean_weight = calibration_curve(outcomes.ravel(), weights.ravel(), n_bins=10, strategy="uniform")

sample = rng.gamma(2, 0.02, 80).round(6)
interval = scipy.stats.bootstrap(
    (sample,), np.mean, n_resamples=100_000, method="percentile", confidence_level=0.95, random_state=0
).confidence_interval

points = np.concatenate([rng.normal(center, 0.6, (12, 3)) for center in [(0, 0, 0), (2, 0, 1), (0, 3, 0)]]).round(5)
start = points[[0, 1, 30]]
clusters = KMeans(n_clusters=3, init=start, n_init=1, tol=0, max_iter=300, algorithm="lloyd").fit(points)

golden = {
    "tool": "Sharma et al. 2005; scikit-image; scikit-learn; SciPy; NumPy",
    "version": f"{skimage.__version__}; {sklearn.__version__}; {scipy.__version__}; {np.__version__}",
    "command": "python3 tools/golden/metrics.py",
    "date": "2026-11-22",
    "sharma": pairs,
    "ciede2000": {"one": digits(lab1), "other": digits(lab2), "differences": digits(differences)},
    "pictures": {
        "width": width,
        "truth": truth.ravel().tolist(),
        "picture": picture.ravel().tolist(),
        "peakSignalToNoise": digits(peak_signal_noise_ratio(truth, picture, data_range=255)),
        "structuralSimilarity": digits(ssim),
        "colorfulness": digits(colorfulness(picture, False)),
        "absoluteColorfulness": digits(colorfulness(picture, True)),
    },
    "results": {
        "results": digits(results),
        "truth": digits(target),
        "absolute": digits(errors.mean(1)),
        "rootMeanSquare": digits(np.sqrt((errors**2).mean(1))),
        "perPixelAbsolute": digits(errors.min(0).mean()),
        "perPixelRootMeanSquare": digits(np.sqrt((errors**2).min(0).mean())),
        "variance": digits(results.var(0).mean()),
    },
    "area": {
        "distances": digits(distances),
        "weights": digits(pixel_weights),
        "plain": digits(area(np.ones(60))),
        "weighted": digits(area(pixel_weights)),
    },
    "calibration": {
        "weights": digits(weights),
        "outcomes": outcomes.tolist(),
        "frequency": digits(frequency),
        "meanWeight": digits(mean_weight),
    },
    "bootstrap": {"values": digits(sample), "mean": digits(sample.mean()), "interval": digits(list(interval))},
    "kMeans": {
        "points": digits(points),
        "start": digits(start),
        "centers": digits(clusters.cluster_centers_),
        "labels": clusters.labels_.tolist(),
    },
}
path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "metrics.json"
path.write_text(json.dumps(golden) + "\n")
