import { input } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';

import { activate, convolution, encoderLevels, refine, symmetricPadding } from '../../src/models/blocks.js';
import { COLOR_VAE_PRESETS } from '../../src/models/presets.js';

const { reference, tiny } = COLOR_VAE_PRESETS;

describe('symmetricPadding()', () => {
  it("gives the zeros that PyTorch's strided convolutions read", () => {
    expect(symmetricPadding(64, 5, 2)).toEqual([2, 1]);
    expect(symmetricPadding(8, 3, 2)).toEqual([1, 0]);
    expect(symmetricPadding(7, 5, 2)).toEqual([2, 2]);
    expect(symmetricPadding(8, 4, 2)).toEqual([1, 1]);
  });
});

describe('convolution()', () => {
  it.each(['same', 'symmetric'] as const)('halves maps with stride 2 and %s padding', (stridedPadding) => {
    for (const kernelSize of [3, 4, 5]) {
      const halve = convolution({
        name: 'a',
        filters: 6,
        kernelSize,
        strides: 2,
        useBias: true,
        stridedPadding,
      });
      expect(halve(input({ shape: [8, 12, 3] })).shape).toEqual([null, 4, 6, 6]);
    }
  });
});

describe('activate()', () => {
  const sources = (style: typeof tiny.style) => {
    const last = activate('a', style)(input({ shape: [4, 4, 8] }));
    return [last.sourceLayer.name, last.inputs[0]!.sourceLayer.name];
  };

  it('orders ReLU and normalization as the style says', () => {
    expect(sources(reference.style)).toEqual(['a_norm', 'a_relu']);
    expect(sources(tiny.style)).toEqual(['a_relu', 'a_norm']);
  });

  it('leaves normalization out where the style has none', () => {
    const style = { ...tiny.style, normalization: { kind: 'none' } } as const;
    expect(activate('a', style)(input({ shape: [4, 4, 8] })).sourceLayer.name).toBe('a_relu');
  });
});

describe('refine()', () => {
  it('adds as many convolutions as asked for, none included', () => {
    const x = input({ shape: [4, 4, 8] });
    expect(refine('a', 8, 0, tiny.style)(x)).toBe(x);
    expect(refine('a', 8, 2, tiny.style)(x).sourceLayer.name).toBe('a_refine2_relu');
  });
});

describe('encoderLevels()', () => {
  it('halves the map once per level, shallowest first', () => {
    const levels = encoderLevels(input({ shape: [64, 64, 1] }), 'a', tiny.encoder, tiny.style);
    expect(levels.map(({ shape }) => shape)).toEqual([
      [null, 32, 32, 8],
      [null, 16, 16, 16],
      [null, 8, 8, 32],
      [null, 4, 4, 64],
    ]);
  });
});
