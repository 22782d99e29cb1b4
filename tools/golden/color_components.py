"""Golden values of principal components: NumPy's exact SVD and scikit-learn's IncrementalPCA on the same small fields.

Run: /usr/bin/python3 tools/golden/color_components.py   (writes test/golden/colorComponents.json)
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.decomposition import IncrementalPCA

COUNT = 4
SHAPE = (3, 4, 2)
EXAMPLES = 50
CHUNK = 20

rng = np.random.default_rng(11)
dimensions = int(np.prod(SHAPE))
axes, _ = np.linalg.qr(rng.normal(size=(dimensions, dimensions)))
deviations = 0.5 / np.arange(1, dimensions + 1) ** 1.5
mean = rng.uniform(-0.2, 0.2, dimensions)
data = mean + (rng.normal(size=(EXAMPLES, dimensions)) * deviations) @ axes.T
data = np.round(data, 6).astype(np.float32).astype(np.float64)


def turned(components):
    """Rows with their largest element positive."""
    largest = np.abs(components).argmax(1)
    return components * np.sign(components[np.arange(len(components)), largest])[:, None]


shorten = lambda x: [float(f"{v:.9g}") for v in np.asarray(x, dtype=np.float64).ravel()]
centered = data - data.mean(0)
_, singular, rows = np.linalg.svd(centered, full_matrices=False)
incremental = IncrementalPCA(n_components=COUNT, batch_size=CHUNK).fit(data)
symmetric = rng.normal(size=(6, 6))
symmetric = symmetric + symmetric.T
values, vectors = np.linalg.eigh(symmetric)

golden = {
    "tool": "numpy.linalg.svd and eigh; sklearn.decomposition.IncrementalPCA",
    "version": f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}",
    "command": "python3 tools/golden/color_components.py",
    "date": "2026-11-22",
    "shape": SHAPE,
    "examples": EXAMPLES,
    "count": COUNT,
    "data": shorten(data),
    "mean": shorten(data.mean(0)),
    "totalVariance": float(data.var(0, ddof=1).sum()),
    "exact": {
        "components": shorten(turned(rows[:COUNT])),
        "variances": shorten(singular[:COUNT] ** 2 / (EXAMPLES - 1)),
    },
    "incremental": {
        "chunkSize": CHUNK,
        "components": shorten(turned(incremental.components_)),
        "variances": shorten(incremental.explained_variance_),
    },
    "symmetric": {
        "matrix": shorten(symmetric),
        "values": shorten(values[::-1]),
        "vectors": shorten(turned(vectors.T[::-1])),
    },
}
path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "colorComponents.json"
path.write_text(json.dumps(golden) + "\n")
