"""Colors brought to the size of a photo along its edges, and chroma reduced to the gamut, by NumPy, Pillow and scikit-image:
test/golden/edges.json.

Run: python3 tools/golden/edges.py
"""

import json
import math
import pathlib

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.color import lab2rgb, rgb2lab

OUT = pathlib.Path(__file__).parents[2] / "test/golden/edges.json"
MOST_CELLS, FINE_PIXELS, FIELD_RANGE, CELL_RANGE = 512, 4, 5, 6


def resized(channels: np.ndarray, height: int, width: int) -> np.ndarray:
    images = [Image.fromarray(channels[..., i].astype(np.float32), mode="F") for i in range(channels.shape[-1])]
    return np.stack([image.resize((width, height), Image.BILINEAR) for image in images], -1).astype(np.float64)


def cell_size(pixels: int, samples: int) -> int:
    return max(2 if pixels >= FINE_PIXELS * samples else 1, math.ceil(pixels / max(MOST_CELLS, samples)))


def cell_means(lightness: np.ndarray, tall: int, wide: int) -> np.ndarray:
    height, width = lightness.shape
    return np.array(
        [[lightness[y : y + tall, x : x + wide].mean() for x in range(0, width, wide)] for y in range(0, height, tall)]
    )


def spline(t: float) -> float:
    t = abs(t)
    return 0.75 - t * t if t <= 0.5 else (0.5 * (1.5 - t) ** 2 if t < 1.5 else 0)


def tent(t: float) -> float:
    return max(0, 1 - abs(t))


def bilateral(field, coarse, fine, places, kernel, reach):
    """Joint bilateral upsampling, written out: for each fine sample, all coarse samples around it."""
    rows, columns = coarse.shape
    result = np.zeros((*fine.shape, 2))
    for y, v in enumerate(places[0]):
        for x, u in enumerate(places[1]):
            total, weights = np.zeros(2), 0.0
            for i in range(math.floor(v) - 2, math.floor(v) + 4):
                for j in range(math.floor(u) - 2, math.floor(u) + 4):
                    weight = kernel(i - v) * kernel(j - u)
                    at = min(max(i, 0), rows - 1), min(max(j, 0), columns - 1)
                    weight /= (1 + ((fine[y, x] - coarse[at]) / reach) ** 2) ** 2
                    total += weight * field[at]
                    weights += weight
            result[y, x] = total / weights
    return result


def edge_colors(lightness: np.ndarray, field: np.ndarray) -> np.ndarray:
    (height, width), (rows, columns) = lightness.shape, field.shape[:2]
    tall, wide = cell_size(height, rows), cell_size(width, columns)
    fine = cell_means(lightness, tall, wide)
    rows, columns = min(rows, fine.shape[0]), min(columns, fine.shape[1])
    field = resized(field, rows, columns)
    coarse = resized(fine[..., None], rows, columns)[..., 0]
    places = [(np.arange(n) + 0.5) * m / n - 0.5 for n, m in zip(fine.shape, (rows, columns))]
    colors = bilateral(field, coarse, fine, places, spline, FIELD_RANGE)
    colors += bilateral(field - resized(colors, rows, columns), coarse, fine, places, spline, FIELD_RANGE)
    padded = np.pad(field, ((1, 1), (1, 1), (0, 0)), mode="edge")
    windows = np.stack([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)])
    near = np.ix_(*[((np.arange(n) + 0.5) * m / n).astype(int) for n, m in zip(fine.shape, (rows, columns))])
    colors = np.clip(colors, windows.min(0)[near], windows.max(0)[near])
    places = [(np.arange(height) + 0.5) / tall - 0.5, (np.arange(width) + 0.5) / wide - 0.5]
    return bilateral(colors, fine, lightness, places, tent, CELL_RANGE)


def linear_srgb(lab: np.ndarray) -> np.ndarray:
    """As lab2rgb, before the curve and without clipping."""
    f = (lab[0] + 16) / 116
    xyz = np.array([f + lab[1] / 500, f, f - lab[2] / 200])
    xyz = np.where(xyz > 6 / 29, xyz**3, (xyz - 4 / 29) * 3 * (6 / 29) ** 2)
    return skimage.color.colorconv.rgb_from_xyz @ (xyz * [0.95047, 1, 1.08883])


def largest_share(lab: np.ndarray) -> float:
    low, high = 0.0, 1.0
    if 0 <= linear_srgb(lab).min() and linear_srgb(lab).max() <= 1:
        return 1.0
    for _ in range(60):
        share = (low + high) / 2
        light = linear_srgb(lab * [1, share, share])
        low, high = (share, high) if 0 <= light.min() and light.max() <= 1 else (low, share)
    return low


def main() -> None:
    generator = np.random.default_rng(11)
    cases = []
    # Cells of one pixel, of two, of more than one size; a field larger than the photo along one axis.
    for height, width, field_shape in ((17, 23, (4, 5)), (12, 15, (5, 9)), (3, 1100, (6, 4)), (2, 7, (5, 3))):
        y, x = np.mgrid[0:height, 0:width]
        photo = 90 + 70 * (x + 0.6 * y > width / 2) + generator.integers(-8, 9, (height, width))
        field = np.round(generator.uniform(-0.12, 0.12, (*field_shape, 2)), 4)
        lightness = rgb2lab(np.repeat(photo[..., None], 3, -1) / 255)[..., 0]
        cases.append(
            {
                "height": height,
                "width": width,
                "photo": photo.ravel().tolist(),
                "fieldShape": [*field_shape, 2],
                "field": field.ravel().tolist(),
                "ab": np.round(edge_colors(lightness, field * 128), 3).ravel().tolist(),
            }
        )
    greys = generator.integers(5, 250, 40)
    wanted = np.round(generator.uniform(-110, 110, (40, 2)), 2)
    lightness = rgb2lab(np.repeat(greys[None, :, None], 3, -1) / 255)[0, :, 0]
    shares = [largest_share(np.array([l, *ab])) for l, ab in zip(lightness, wanted)]
    shown = lab2rgb(np.column_stack([lightness, wanted * np.array(shares)[:, None]])[None])[0]
    golden = {
        "tool": "NumPy, Pillow, scikit-image",
        "version": f"{np.__version__}, {PIL.__version__}, {skimage.__version__}",
        "command": "python3 tools/golden/edges.py",
        "date": "2026-11-25",
        "cases": cases,
        "gamut": {
            "greys": greys.tolist(),
            "ab": wanted.ravel().tolist(),
            "shares": np.round(shares, 5).tolist(),
            "shown": np.rint(shown * 255).astype(int).ravel().tolist(),
        },
    }
    OUT.write_text(json.dumps(golden) + "\n")


main()
