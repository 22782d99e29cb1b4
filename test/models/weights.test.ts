import { describe, expect, it } from 'vitest';

import { colorVae } from '../../src/models/colorVae.js';
import { COLOR_VAE_PRESETS } from '../../src/models/presets.js';
import { namedWeights } from '../../src/models/weights.js';
import { expectTensorsKept } from '../support/numeric.js';

const config = { ...COLOR_VAE_PRESETS.tiny, imageSize: 16, style: COLOR_VAE_PRESETS.reference.style };

describe('namedWeights()', () => {
  it('names weights by layer and role, whatever else the process has built', () => {
    const [first, second] = [colorVae({ config }), colorVae({ config })];
    const names = (vae: typeof first) => [
      ...namedWeights(vae.encoder, vae.conditionalEncoder, vae.decoder).trainable.keys(),
    ];
    expect(names(second)).toEqual(names(first));
    expect([...namedWeights(first.encoder).trainable.keys()].slice(0, 4)).toEqual([
      'encoder_down1_conv/kernel',
      'encoder_down1_conv/bias',
      'encoder_down1_norm/gamma',
      'encoder_down1_norm/beta',
    ]);
    first.dispose();
    second.dispose();
  });

  it('tells running statistics from what is trained', () => {
    const { encoder, dispose } = colorVae({ config });
    const { trainable, statistics } = namedWeights(encoder);
    expect([...statistics.keys()]).toEqual(
      [1, 2, 3, 4].flatMap((i) => [
        `encoder_down${i}_norm/moving_mean`,
        `encoder_down${i}_norm/moving_variance`,
      ]),
    );
    expect(trainable.size + statistics.size).toBe(encoder.weights.length);
    expect([...trainable.values()].every((variable) => variable.trainable)).toBe(true);
    expectTensorsKept(0, () => namedWeights(encoder));
    dispose();
  });

  it('refuses models that share layer names', () => {
    const { encoder, dispose } = colorVae({ config });
    expect(() => namedWeights(encoder, encoder)).toThrow(
      'Cannot name weights as two layers are called "encoder_color_field"',
    );
    dispose();
  });
});
