import { describe, expect, it } from 'vitest';

import { mixtureDensityLoss } from '../../src/losses/mixtureDensityLoss.js';
import { expectGolden, type GoldenInput, goldenInput } from '../reference/lossGoldens.js';
import { expectAllClose, expectTensorsKept } from '../support/numeric.js';
import { posteriorComponentLoss } from '../../src/losses/posteriorComponentLoss.js';
import { mixtureNegativeLogLikelihood } from '../../src/losses/mixtureNegativeLogLikelihood.js';

const mixture = (input: GoldenInput = goldenInput) => ({
  logits: input('logits'),
  means: input('mixtureMeans'),
  logStdDevs: input('logStdDevs'),
});

describe('mixtureDensityLoss()', () => {
  it('is the exact negative log-likelihood by default, without terms', async () => {
    const loss = mixtureDensityLoss({ z: goldenInput('z') }, mixture());
    expect(Object.keys(loss)).toEqual(['total']);
    await expectAllClose(loss.total, await mixtureNegativeLogLikelihood(goldenInput('z'), mixture()).data());
  });

  it('has the values and gradients of PyTorch for the nearest component', async () => {
    await expectGolden(
      'nearestComponentLossTensorflow',
      (input) =>
        mixtureDensityLoss({ z: input('z') }, mixture(input), { form: 'nearest', coefficient: 'tensorflow' })
          .total,
    );
  });

  it('is the sum of its terms for the nearest component', async () => {
    const loss = mixtureDensityLoss({ z: goldenInput('z') }, mixture(), { form: 'nearest' });
    const [weight, distance] = [await loss.weight!.data(), await loss.distance!.data()];
    await expectAllClose(
      loss.total,
      weight.map((term, i) => term + distance[i]!),
    );
  });

  it('is posteriorComponentLoss, with its terms, for the posterior', async () => {
    const posterior = { means: goldenInput('means'), logVariances: goldenInput('logVariances') };
    const options = { form: 'posterior', spread: 2, deviationWeight: 0.3 } as const;
    const loss = mixtureDensityLoss({ z: goldenInput('z'), posterior }, mixture(), options);
    expect(Object.keys(loss).sort()).toEqual(['deviation', 'distance', 'total', 'weight']);
    await expectAllClose(loss.total, await posteriorComponentLoss(posterior, mixture(), options).data());
  });

  it('asks for the posterior where the form needs it', () => {
    expect(() => mixtureDensityLoss({ z: goldenInput('z') }, mixture(), { form: 'posterior' })).toThrow(
      new TypeError(
        'Cannot compute mixtureDensityLoss as \'posterior\' must be given for the form "posterior": current value is undefined',
      ),
    );
  });

  it('names the form when it is unknown', () => {
    expect(() =>
      mixtureDensityLoss({ z: goldenInput('z') }, mixture(), { form: 'min' as 'nearest' }),
    ).toThrow(
      'Cannot compute mixtureDensityLoss as \'form\' must be one of "posterior", "exact", "nearest": current value is "min"',
    );
  });

  it('keeps total and terms and nothing else', () => {
    const [z, parameters] = [goldenInput('z'), mixture()];
    expectTensorsKept(1, () => mixtureDensityLoss({ z }, parameters));
    expectTensorsKept(3, () => mixtureDensityLoss({ z }, parameters, { form: 'nearest' }));
  });
});
