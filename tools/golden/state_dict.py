"""A small network with the structure and layer names of the method's PyTorch port, its state dicts and outputs.

Writes test/golden/stateDict.json. Run: /usr/bin/python3 tools/golden/state_dict.py
"""

import base64
import io
import json
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'test' / 'golden'
LATENT, SIZE, SIDE, COMPONENTS = 3, 32, 14, 2
ENCODER, ENCODER_KERNELS = (2, 3, 4, 5), (5, 5, 5, 3)
DECODER, DECODER_KERNELS = (5, 4, 3, 2), (3, 5, 5, 5)
TRUNK, STRIDES, FEATURES = (5, 4, 4, 3, 3, 3, 2), (1, 1, 1, 2, 1, 2, 2), 4


def units(prefix, table):
    """Layers PREFIX_conv1, PREFIX_bn1, ...; a row of the table is inputs, outputs, kernel and stride."""
    layers = {}
    for i, (inputs, outputs, kernel, stride) in enumerate(table, 1):
        layers[f'{prefix}_conv{i}'] = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
        layers[f'{prefix}_bn{i}'] = nn.BatchNorm2d(outputs)
    return layers


def encoder(prefix, channels):
    inputs = (channels, *ENCODER)
    return units(prefix, [(inputs[i], f, k, 2) for i, (f, k) in enumerate(zip(ENCODER, ENCODER_KERNELS))])


def colour_vae():
    inputs = (LATENT, *DECODER)
    table = [(inputs[i] + ENCODER[-1 - i], f, k, 1) for i, (f, k) in enumerate(zip(DECODER, DECODER_KERNELS))]
    return nn.ModuleDict({
        **encoder('enc', 2), 'enc_fc1': nn.Linear(ENCODER[-1] * (SIZE // 16) ** 2, 2 * LATENT), **encoder('cond_enc', 1),
        **units('dec', table), 'dec_conv5': nn.Conv2d(DECODER[-1], 2, 5, 1, 2),
    })


def mixture():
    inputs = (FEATURES, *TRUNK)
    side = SIDE // 8 + 1
    return nn.ModuleDict({
        **units('mdn', [(inputs[i], f, 5, s) for i, (f, s) in enumerate(zip(TRUNK, STRIDES))]),
        'mdn_fc1': nn.Linear(TRUNK[-1] * side * side, COMPONENTS * (LATENT + 1)),
    })


def randomize(network):
    """Statistics and scales that differ from 0 and 1, so that a mistake in any of them shows."""
    for layer in network.values():
        if isinstance(layer, nn.BatchNorm2d):
            for values, center in ((layer.weight.data, 1), (layer.running_var, 1), (layer.bias.data, 0), (layer.running_mean, 0)):
                values.copy_(center + 0.5 * (2 * torch.rand(len(values)) - 1))
    return network.eval()


def run(network, prefix, x, count):
    maps = []
    for i in range(1, count + 1):
        x = network[f'{prefix}_bn{i}'](F.relu(network[f'{prefix}_conv{i}'](x)))
        maps.append(x)
    return maps


def decode(vae, z, grey, align_corners):
    skips = run(vae, 'cond_enc', grey, 4)[::-1]
    x = z[:, :, None, None].expand(-1, -1, SIZE // 16, SIZE // 16)
    double = lambda x: F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=align_corners)
    for i, skip in enumerate(skips, 1):
        x = torch.cat([x if i == 1 else double(x), skip], 1)
        x = vae[f'dec_bn{i}'](F.relu(vae[f'dec_conv{i}'](x)))
    return torch.tanh(vae['dec_conv5'](double(x)))


def saved(value):
    stream = io.BytesIO()
    torch.save(value, stream)
    return base64.b64encode(stream.getvalue()).decode()


def rounded(x):
    return [float(f'{v:.8g}') for v in x.flatten().tolist()]


if __name__ == '__main__':
    torch.manual_seed(7)
    vae, mdn = randomize(colour_vae()), randomize(mixture())
    color, grey = 2 * torch.rand(1, 2, SIZE, SIZE) - 1, 2 * torch.rand(1, 1, SIZE, SIZE) - 1
    z, features = torch.randn(2, LATENT), torch.rand(1, FEATURES, SIDE, SIDE)
    nhwc = lambda x: rounded(x.permute(0, 2, 3, 1))
    with torch.no_grad():
        posterior = vae['enc_fc1'](run(vae, 'enc', color, 4)[-1].flatten(1))
        output = mdn['mdn_fc1'](run(mdn, 'mdn', features, 7)[-1].flatten(1))
        fields = {name: nhwc(decode(vae, z, grey.expand(2, -1, -1, -1), corners))
                  for name, corners in (('halfPixel', False), ('alignCorners', True))}
    content = {
        'tool': 'torch', 'version': torch.__version__, 'command': '/usr/bin/python3 tools/golden/state_dict.py', 'date': '2026-11-25',
        'vae': saved(vae.state_dict()), 'mdn': saved(mdn.state_dict()),
        'inputs': {'colorField': nhwc(color), 'greyLevel': nhwc(grey), 'z': rounded(z), 'features': nhwc(features)},
        'means': rounded(posterior[:, :LATENT]), 'logVariances': rounded(posterior[:, LATENT:]), 'colorField': fields,
        'mixtureMeans': rounded(output[:, :COMPONENTS * LATENT]), 'mixtureLogits': rounded(output[:, COMPONENTS * LATENT:]),
    }
    path = GOLDEN / 'stateDict.json'
    path.write_text(json.dumps(content) + '\n')
    print(path.name, path.stat().st_size)
