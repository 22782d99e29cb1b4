"""The published feature network, with few filters and the layer names of its PyTorch release, its state dict and outputs.

Writes test/golden/features.json. Run: /usr/bin/python3 tools/golden/features.py
"""

import base64
import io
import json
import pathlib

import torch
from torch import nn

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'test' / 'golden'
FILTERS = (2, 3, 3, 4, 4, 4, 4)
CONVOLUTIONS, STRIDES, DILATIONS = (2, 2, 3, 3, 3, 3, 3), (2, 2, 2, 1, 1, 1, 1), (1, 1, 1, 1, 2, 2, 1)
HEIGHT, WIDTH = 16, 24


def block(index):
    """Convolutions and ReLUs, then a normalization: the indices of a Sequential are the names."""
    layers, inputs = [], (1, *FILTERS)[index]
    for i in range(CONVOLUTIONS[index]):
        stride = STRIDES[index] if i == CONVOLUTIONS[index] - 1 else 1
        dilation = DILATIONS[index]
        layers += [nn.Conv2d(inputs, FILTERS[index], 3, stride, dilation, dilation), nn.ReLU()]
        inputs = FILTERS[index]
    return nn.Sequential(*layers, nn.BatchNorm2d(inputs))


def network():
    blocks = {f'model{i + 1}': block(i) for i in range(7)}
    # What comes after conv7_3 is in the file and not needed.
    rest = {'model8': nn.Sequential(nn.ConvTranspose2d(FILTERS[-1], 2, 4, 2, 1), nn.ReLU()), 'model_out': nn.Conv2d(2, 2, 1, bias=False)}
    return nn.ModuleDict({**blocks, **rest})


def randomize(model):
    """Scales, shifts and statistics that differ from 0 and 1, so that a mistake in any of them shows."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values, center in ((layer.weight.data, 1), (layer.running_var, 1), (layer.bias.data, 0), (layer.running_mean, 0)):
                values.copy_(center + 0.5 * (2 * torch.rand(len(values)) - 1))
        elif isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
    return model.eval()


if __name__ == '__main__':
    torch.manual_seed(11)
    model = randomize(network())
    lightness = 100 * torch.rand(1, 1, HEIGHT, WIDTH)
    with torch.no_grad():
        x = (lightness - 50) / 100
        for i in range(1, 7):
            x = model[f'model{i}'](x)
        features = model['model7'][:6](x)
    stream = io.BytesIO()
    torch.save(model.state_dict(), stream)
    rounded = lambda x: [float(f'{v:.8g}') for v in x.permute(0, 2, 3, 1).flatten().tolist()]
    content = {
        'tool': 'torch', 'version': torch.__version__, 'command': '/usr/bin/python3 tools/golden/features.py', 'date': '2026-11-25',
        'filters': FILTERS, 'file': base64.b64encode(stream.getvalue()).decode(),
        'lightness': rounded(lightness), 'features': rounded(features),
    }
    path = GOLDEN / 'features.json'
    path.write_text(json.dumps(content) + '\n')
    print(path.name, path.stat().st_size, features.shape, float(features.max()))
