"""Golden values of src/models from PyTorch: forward passes and gradients of the networks, and of single layers.

Writes layers, colorVaeSmall, colorVaeTfSmall, mapCodesSmall, colorVaeReference, mixtureReference and zhangSmall .json to
test/golden/models.
Run: python3 tools/golden/models.py

The networks are written here from the published layer tables, independently of the TypeScript: concatenations are
concatenations, maps are NCHW. Weights are too many to store, so both sides compute them from one formula: see `values`.
The weights of the TypeScript models are HWIO, the convolution of a concatenation is split in two ("..._conv" and
"..._skip_conv"), dense layers after a flattened map count its elements in HWC order, and the two halves of the VAE encoder's
last layer, like the parts of the mixture network's, are layers of their own. The functions `set_*` translate.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ROOT = pathlib.Path(__file__).parents[2] / 'test' / 'golden' / 'models'
HEADER = {
    'tool': 'torch',
    'version': torch.__version__,
    'command': 'python3 tools/golden/models.py',
    'date': '2026-11-22',
}


def uniform(count, seed):
    """`count` numbers in [-1, 1): the finalizer of MurmurHash3 of index + seed * 0x9e3779b9, in 32-bit arithmetic."""
    with np.errstate(over='ignore'):
        h = np.arange(count, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 & 0xFFFFFFFF)
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return h.astype(np.float64) / 2**31 - 1


def values(name, shape):
    """The weight called `name` in the TypeScript model, in its layout there."""
    seed = sum((i + 1) * ord(c) for i, c in enumerate(name))
    x = uniform(math.prod(shape), seed).reshape(shape)
    role = name.split('/')[1]
    if role == 'kernel':
        x = x * math.sqrt(6 / math.prod(shape[:-1]))  # keeps the mean square of maps through ReLU
    elif role in ('gamma', 'moving_variance'):
        x = 1 + 0.5 * x
    else:
        x = 0.2 * x
    return x.astype(np.float32)


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array))


def rounded(x, digits=9):
    array = x.detach().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    return [float(f'{v:.{digits}g}') for v in array.astype(np.float64).ravel()]


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def sampled(x):
    """Every fifth value of a map in NHWC order."""
    return rounded(nhwc(x).flatten()[::5], 7)


def nchw(array):
    return tensor(array).permute(0, 3, 1, 2).contiguous()


def write(name, content):
    ROOT.mkdir(parents=True, exist_ok=True)
    path = ROOT / f'{name}.json'
    path.write_text(json.dumps({**HEADER, **content}) + '\n')
    print(path.name, path.stat().st_size)


class Weights:
    """Fills torch parameters and remembers how to bring their gradients back to the TypeScript layout."""

    def __init__(self):
        self.back = {}

    def conv(self, name, conv, skip_channels=0):
        """`skip_channels`: the last input channels, which belong to the second convolution."""
        out, channels, k, _ = conv.weight.shape
        main = channels - skip_channels
        parts = [(f'{name}_conv/kernel', slice(0, main))]
        if skip_channels:
            parts.append((f'{name}_skip_conv/kernel', slice(main, channels)))
        for part, rows in parts:
            kernel = values(part, (k, k, rows.stop - rows.start, out))
            conv.weight.data[:, rows] = tensor(kernel.transpose(3, 2, 0, 1))
            self.back[part] = lambda c=conv, r=rows: c.weight.grad[:, r].permute(2, 3, 1, 0)
        if conv.bias is not None:
            bias = f'{name}_conv/bias'
            conv.bias.data = tensor(values(bias, (out,)))
            self.back[bias] = lambda c=conv: c.bias.grad

    def norm(self, name, norm):
        n = (norm.num_features,)
        for role, parameter in (('gamma', norm.weight), ('beta', norm.bias)):
            key = f'{name}_norm/{role}'
            parameter.data = tensor(values(key, n))
            self.back[key] = lambda p=parameter: p.grad
        norm.running_mean = tensor(values(f'{name}_norm/moving_mean', n))
        norm.running_var = tensor(values(f'{name}_norm/moving_variance', n))

    def dense(self, names, linear, chw):
        """`names`: (layer, units) that share `linear`'s outputs; `chw`: the flattened map, or None."""
        start = 0
        inputs = linear.in_features
        for layer, units in names:
            rows = slice(start, start + units)
            start += units
            kernel = values(f'{layer}/kernel', (inputs, units))
            if chw:
                c, h, w = chw
                kernel = kernel.reshape(h, w, c, units).transpose(2, 0, 1, 3).reshape(inputs, units)
            linear.weight.data[rows] = tensor(kernel.T)
            linear.bias.data[rows] = tensor(values(f'{layer}/bias', (units,)))
            self.back[f'{layer}/bias'] = lambda l=linear, r=rows: l.bias.grad[r]
            self.back[f'{layer}/kernel'] = lambda l=linear, r=rows, s=chw: dense_gradient(l.weight.grad[r], s)

    def gradients(self):
        return {name: rounded(get(), 7) for name, get in sorted(self.back.items())}


def dense_gradient(gradient, chw):
    if not chw:
        return gradient.T
    c, h, w = chw
    return gradient.reshape(-1, c, h, w).permute(2, 3, 1, 0).reshape(h * w * c, -1)


class Encoder(nn.Module):
    def __init__(self, channels, filters, kernels):
        super().__init__()
        inputs = [channels, *filters]
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs[i], f, k, stride=2, padding=k // 2) for i, (f, k) in enumerate(zip(filters, kernels))
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(f) for f in filters)

    def forward(self, x):
        outputs = []
        for conv, norm in zip(self.convs, self.norms):
            x = norm(F.relu(conv(x)))
            outputs.append(x)
        return outputs

    def fill(self, prefix, weights):
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            weights.conv(f'{prefix}_down{i + 1}', conv)
            weights.norm(f'{prefix}_down{i + 1}', norm)


class ReferenceVae(nn.Module):
    """The PyTorch port's CVAE: filters of both encoders and of the decoder are parameters, the structure is not."""

    def __init__(self, size, latent, encoder, decoder):
        super().__init__()
        self.latent, self.deepest = latent, size // 16
        self.color = Encoder(2, encoder, (5, 5, 5, 3))
        self.grey = Encoder(1, encoder, (5, 5, 5, 3))
        self.linear = nn.Linear(encoder[-1] * self.deepest**2, 2 * latent)
        inputs = [latent, *decoder[:-1]]
        self.skips = encoder[::-1]
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs[i] + self.skips[i], f, k, padding=k // 2) for i, (f, k) in enumerate(zip(decoder, (3, 5, 5, 5)))
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(f) for f in decoder)
        self.out = nn.Conv2d(decoder[-1], 2, 5, padding=2)

    def encode(self, color):
        return self.linear(self.color(color)[-1].flatten(1)).chunk(2, 1)

    def decode(self, z, grey):
        skips = self.grey(grey)[::-1]
        x = F.interpolate(z[:, :, None, None], scale_factor=self.deepest)
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            if i:
                x = F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)
            x = norm(F.relu(conv(torch.cat([x, skips[i]], 1))))
        return torch.tanh(self.out(F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)))

    def fill(self):
        weights = Weights()
        self.color.fill('encoder', weights)
        self.grey.fill('conditional_encoder', weights)
        chw = (self.skips[0], self.deepest, self.deepest)
        weights.dense([('encoder_means', self.latent), ('encoder_log_variances', self.latent)], self.linear, chw)
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            weights.conv(f'decoder_up{i}', conv, self.skips[i])
            weights.norm(f'decoder_up{i}', norm)
        weights.conv('decoder_output', self.out)
        return weights


def inputs(batch, size, latent):
    return {
        'colorField': uniform(batch * size * size * 2, 1).reshape(batch, size, size, 2).astype(np.float32),
        'greyLevel': uniform(batch * size * size, 2).reshape(batch, size, size, 1).astype(np.float32),
        'noise': uniform(batch * latent, 3).reshape(batch, latent).astype(np.float32),
    }


def small_vae():
    """Evaluation and training mode of the reference structure with few filters, with the gradients of all weights."""
    size, latent, batch = 32, 3, 3
    vae = ReferenceVae(size, latent, [2, 3, 4, 5], [5, 4, 3, 2])
    weights = vae.fill()
    x = inputs(batch, size, latent)
    color, grey, noise = nchw(x['colorField']), nchw(x['greyLevel']), tensor(x['noise'])
    with torch.no_grad():
        vae.eval()
        means, log_variances = vae.encode(color)
        evaluation = vae.decode(noise, grey)
    vae.train()
    mu, log_var = vae.encode(color)
    z = mu + torch.exp(log_var / 2) * noise
    output = vae.decode(z, grey)
    target = tensor(uniform(output.numel(), 4).astype(np.float32)).reshape(nhwc(output).shape).permute(0, 3, 1, 2)
    loss = ((output - target) ** 2).sum() + 0.5 * (mu**2 + log_var.exp() - log_var - 1).sum()
    loss.backward()
    first = vae.color.convs[0](color).relu()
    n = first.numel() / first.shape[1]
    old = values('encoder_down1_norm/moving_variance', (2,))
    unbiased = vae.color.norms[0].running_var
    write('colorVaeSmall', {
        'means': rounded(means), 'logVariances': rounded(log_variances), 'colorField': sampled(evaluation),
        'training': {
            'means': rounded(mu), 'logVariances': rounded(log_var), 'loss': float(loss),
            'movingMean': rounded(vae.color.norms[0].running_mean),
            # PyTorch updates with the unbiased variance, tf.layers with the biased one.
            'movingVariance': rounded(0.9 * old + (unbiased - 0.9 * tensor(old)).numpy() * (n - 1) / n),
            'gradients': weights.gradients(),
        },
    })


def reference_vae():
    vae = ReferenceVae(64, 64, [128, 256, 512, 1024], [512, 256, 128, 64]).eval()
    vae.fill()
    assert sum(p.numel() for p in vae.parameters()) == 33_368_770
    x = inputs(1, 64, 64)
    with torch.no_grad():
        means, log_variances = vae.encode(nchw(x['colorField']))
        color = vae.decode(tensor(x['noise']), nchw(x['greyLevel']))
    write('colorVaeReference', {
        'means': rounded(means), 'logVariances': rounded(log_variances), 'colorField': sampled(color),
    })


class ReferenceMixture(nn.Module):
    def __init__(self, channels, filters, strides, side, outputs):
        super().__init__()
        inputs = [channels, *filters]
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs[i], f, 5, stride=s, padding=2) for i, (f, s) in enumerate(zip(filters, strides))
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(f) for f in filters)
        self.chw = (filters[-1], side, side)
        self.linear = nn.Linear(filters[-1] * side**2, outputs)

    def forward(self, x):
        for conv, norm in zip(self.convs, self.norms):
            x = norm(F.relu(conv(x)))
        return self.linear(x.flatten(1))

    def fill(self, components, latent):
        weights = Weights()
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            weights.conv(f'mixture_trunk{i + 1}', conv)
            weights.norm(f'mixture_trunk{i + 1}', norm)
        weights.dense([('mixture_means', components * latent), ('mixture_logits', components)], self.linear, self.chw)


def reference_mixture():
    network = ReferenceMixture(512, [384, 320, 288, 256, 128, 96, 64], [1, 1, 1, 2, 1, 2, 2], 4, 520).eval()
    network.fill(8, 64)
    assert sum(p.numel() for p in network.parameters()) == 13_952_008
    features = uniform(28 * 28 * 512, 5).reshape(1, 28, 28, 512).astype(np.float32)
    with torch.no_grad():
        output = network(nchw(features))
    write('mixtureReference', {'means': rounded(output[:, :512]), 'logits': rounded(output[:, 512:])})


def legacy_double(x):
    """TensorFlow 1's bilinear resizing to twice the size: the source of pixel i is i / 2, cut at the last pixel."""
    for axis in (2, 3):
        n = x.shape[axis]
        after = torch.cat([x.narrow(axis, 1, n - 1), x.narrow(axis, n - 1, 1)], axis)
        between = (x + after) / 2
        shape = list(x.shape)
        shape[axis] = 2 * n
        x = torch.stack([x, between], axis + 1).reshape(shape)
    return x


UPSAMPLINGS = {
    'nearest': lambda x: F.interpolate(x, scale_factor=2, mode='nearest'),
    'bilinearHalfPixel': lambda x: F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False),
    'bilinearAlignCorners': lambda x: F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=True),
    'bilinearLegacy': legacy_double,
}


def layers():
    content = {'upsample': {}}
    x = uniform(2 * 3 * 4 * 2, 1).reshape(2, 3, 4, 2).astype(np.float32)
    upstream = tensor(uniform(2 * 6 * 8 * 2, 2).reshape(2, 6, 8, 2).astype(np.float32))
    for name, double in UPSAMPLINGS.items():
        map_ = nchw(x).requires_grad_()
        output = nhwc(double(map_))
        (output * upstream).sum().backward()
        content['upsample'][name] = {'output': rounded(output), 'gradient': rounded(nhwc(map_.grad))}
    x = 3 + 2 * uniform(2 * 3 * 4 * 6, 1).reshape(2, 3, 4, 6).astype(np.float32)
    norm = nn.GroupNorm(3, 6, eps=1e-3)
    norm.weight.data = tensor((1 + 0.5 * uniform(6, 2)).astype(np.float32))
    norm.bias.data = tensor(uniform(6, 3).astype(np.float32))
    map_ = nchw(x.astype(np.float32)).requires_grad_()
    output = nhwc(norm(map_))
    upstream = tensor(uniform(output.numel(), 4).reshape(output.shape).astype(np.float32))
    (output * upstream).sum().backward()
    content['groupNormalization'] = {
        'output': rounded(output), 'gradient': rounded(nhwc(map_.grad)),
        'gammaGradient': rounded(norm.weight.grad), 'betaGradient': rounded(norm.bias.grad),
    }
    write('layers', content)


def same_conv(x, kernel, bias, stride):
    """TensorFlow's SAME padding: the smaller half of the zeros before."""
    k, n = kernel.shape[-1], x.shape[-1]
    total = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
    before = total // 2
    return F.conv2d(F.pad(x, (before, total - before) * 2), kernel, bias, stride)


def tf_unit(x, name, filters, k, stride=1, finish=F.relu, skip=None):
    if skip is not None:
        parts = [(f'{name}_conv/kernel', x), (f'{name}_skip_conv/kernel', skip)]
        x = torch.cat([x, skip], 1)
    else:
        parts = [(f'{name}_conv/kernel', x)]
    kernels = [values(part, (k, k, maps.shape[1], filters)).transpose(3, 2, 0, 1) for part, maps in parts]
    bias = tensor(values(f'{name}_conv/bias', (filters,)))
    x = finish(same_conv(x, tensor(np.concatenate(kernels, 1)), bias, stride))
    beta, gamma, mean, variance = (
        tensor(values(f'{name}_norm/{role}', (filters,))) for role in ('beta', 'gamma', 'moving_mean', 'moving_variance')
    )
    return F.batch_norm(x, mean, variance, gamma, beta, eps=1e-4)


def small_tf_vae():
    """Evaluation mode of the TensorFlow reference's CVAE with skips, with few filters."""
    size, latent, batch = 32, 3, 2
    x = inputs(batch, size, latent)
    z, skips, map_ = tensor(x['noise']), [], nchw(x['greyLevel'])
    for i, (filters, k) in enumerate(zip((2, 3, 4, latent), (5, 5, 5, 4))):
        map_ = tf_unit(map_, f'conditional_encoder_down{i + 1}', filters, k, 2)
        skips.insert(0, map_)
    map_ = tf_unit(z[:, :, None, None] * skips[0], 'decoder_up0', 6, 4)
    for i, filters in enumerate((5, 4, 3)):
        map_ = tf_unit(legacy_double(map_), f'decoder_up{i + 1}', filters, 5, skip=skips[i + 1])
    color = torch.tanh(tf_unit(legacy_double(map_), 'decoder_output', 2, 5, finish=lambda y: y))
    map_ = nchw(x['colorField'])
    for i, (filters, k) in enumerate(zip((2, 3, 4, 5), (5, 5, 5, 4))):
        map_ = tf_unit(map_, f'encoder_down{i + 1}', filters, k, 2)
    features = nhwc(map_).flatten(1)
    outputs = [
        features @ tensor(values(f'{name}/kernel', (features.shape[1], latent))) + tensor(values(f'{name}/bias', (latent,)))
        for name in ('encoder_means', 'encoder_log_variances')
    ]
    write('colorVaeTfSmall', {
        'means': rounded(outputs[0]), 'logVariances': rounded(outputs[1]), 'colorField': sampled(color),
    })


def map_conv(name, x, filters, k=3, stride=1, bias=True):
    """A convolution of NCHW maps with the weights of the TypeScript layer `name`."""
    kernel = tensor(values(f'{name}/kernel', (k, k, x.shape[1], filters)).transpose(3, 2, 0, 1))
    return F.conv2d(x, kernel, tensor(values(f'{name}/bias', (filters,))) if bias else None, stride, k // 2)


def map_finish(name, x):
    """Normalization in 2 groups, then ReLU."""
    gamma, beta = (tensor(values(f'{name}_norm/{role}', (x.shape[1],))) for role in ('gamma', 'beta'))
    return F.relu(F.group_norm(x, 2, gamma, beta, 1e-5))


def map_levels(prefix, x, table):
    outputs = []
    for i, filters in enumerate(table):
        name = f'{prefix}_down{i + 1}'
        x = map_finish(name, map_conv(f'{name}_conv', x, filters, stride=2))
        outputs.append(x)
    return outputs


def small_map_codes():
    """Codes that are maps of 4 by 4 cells with 3 numbers each: the color VAE and the mixture network, with few filters."""
    size, side, channels, components, batch = 32, 4, 3, 2, 2
    x = inputs(batch, size, side * side * channels)
    double = UPSAMPLINGS['nearest']
    found = map_levels('encoder', nchw(x['colorField']), (4, 4, 6))[-1]
    means, log_variances = (
        nhwc(map_conv(name, found, channels, 1)).flatten(1) for name in ('encoder_means', 'encoder_log_variances')
    )
    code = tensor(x['noise']).reshape(batch, side, side, channels).permute(0, 3, 1, 2)
    skips = map_levels('conditional_encoder', nchw(x['greyLevel']), (4, 4, 6, 8))[::-1]
    y = map_finish('decoder_up0', map_conv('decoder_up0_conv', skips[0], 8))
    y = double(map_conv('decoder_up1_conv', y, 6)) + map_conv('decoder_up1_skip_conv', skips[1], 6, bias=False)
    y = map_finish('decoder_up1', y + map_conv('decoder_up1_code_conv', code, 6, bias=False))
    y = map_finish('decoder_up1_refine1', map_conv('decoder_up1_refine1_conv', y, 6))
    for i in (2, 3):
        up = double(map_conv(f'decoder_up{i}_conv', y, 4)) + map_conv(f'decoder_up{i}_skip_conv', skips[i], 4, bias=False)
        y = map_finish(f'decoder_up{i}', up)
    color = torch.tanh(map_conv('decoder_output_conv', double(y), 2))

    y = nchw(x['greyLevel'])
    for i, (filters, stride) in enumerate(((4, 2), (6, 2), (8, 2), (8, 1))):
        name = f'mixture_trunk{i + 1}'
        y = map_finish(name, map_conv(f'{name}_conv', y, filters, stride=stride))
    y = F.relu(map_conv('mixture_hidden1', y, 6, 1))
    logits = y.mean((2, 3)) @ tensor(values('mixture_logits/kernel', (6, components)))
    logits = logits + tensor(values('mixture_logits/bias', (components,)))

    def by_component(name):
        cells = nhwc(map_conv(name, y, components * channels, 1))
        return torch.stack([part.flatten(1) for part in cells.split(channels, 3)], 1)

    least, most = math.log(0.02), math.log(3)
    raw = by_component('mixture_log_std_devs').double()
    log_std_devs = least + F.softplus(most - F.softplus(most - raw) - least)
    write('mapCodesSmall', {
        'means': rounded(means), 'logVariances': rounded(log_variances), 'colorField': sampled(color),
        'mixture': {
            'logits': rounded(logits), 'means': rounded(by_component('mixture_means')), 'logStdDevs': rounded(log_std_devs),
        },
    })


def small_zhang():
    """The published feature network's structure with few filters, both releases' scaling of the input."""
    blocks = [(4, 2, 2, 1), (5, 2, 2, 1), (6, 3, 2, 1), (7, 3, 1, 1), (7, 3, 1, 2), (7, 3, 1, 2), (7, 3, 1, 1)]
    lightness = 50 + 50 * uniform(16 * 24, 6).reshape(1, 16, 24, 1).astype(np.float32)
    content = {}
    for release, scale in (('v1', 1), ('v2', 0.01)):
        x = (nchw(lightness.astype(np.float32)) - 50) * scale
        for b, (filters, count, stride, dilation) in enumerate(blocks, 1):
            for i in range(1, count + 1):
                name = f'conv{b}_{i}'
                kernel = tensor(values(f'{name}/kernel', (3, 3, x.shape[1], filters)).transpose(3, 2, 0, 1))
                bias = tensor(values(f'{name}/bias', (filters,)))
                x = F.relu(F.conv2d(x, kernel, bias, stride if i == count else 1, dilation, dilation))
            if b < len(blocks):
                mean, variance = (
                    tensor(values(f'{name}norm/{role}', (filters,))) for role in ('moving_mean', 'moving_variance')
                )
                x = F.batch_norm(x, mean, variance, eps=1e-5)
        content[release] = rounded(nhwc(x))
    write('zhangSmall', content)


if __name__ == '__main__':
    layers()
    small_vae()
    small_tf_vae()
    small_map_codes()
    small_zhang()
    reference_vae()
    reference_mixture()
