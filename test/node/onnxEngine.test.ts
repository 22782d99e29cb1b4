import { existsSync } from 'node:fs';

import * as web from 'onnxruntime-web/wasm';
import { afterEach, describe, expect, it } from 'vitest';

import type { RasterImage } from '../../src/data/image.js';
import { BackendError } from '../../src/errors.js';
import { colorizer } from '../../src/inference/colorizer.js';
import type { ColorizerOptions } from '../../src/inference/encodePhoto.js';
import type { ColorizerModels } from '../../src/models/colorizerModels.js';
import { disposeColorizerModels } from '../../src/models/colorizerModels.js';
import { zhangFeatures } from '../../src/models/zhangFeatures.js';
import { engineOn, type OnnxEngine, onnxEngine } from '../../src/node/onnxEngine.js';
import {
  loadOnnxRuntime,
  ONNX_RUNTIMES,
  type OnnxRuntime,
  type RuntimePackages,
} from '../../src/node/onnxRuntime.js';
import { randomGenerator } from '../../src/random.js';
import { filledModels, narrowConfigs, presetConfigs } from '../support/filledModels.js';
import { fillWithGoldenWeights } from '../support/goldenWeights.js';
import { MAP_MIXTURE, MAP_VAE } from '../support/mapModels.js';
import { expectAllClose, expectTensorsKeptAsync } from '../support/numeric.js';
import { colorfulModels, TINY_MIXTURE, TINY_VAE } from '../support/tinyModels.js';

/** What the results of both may differ by; colors are `ab / 128`. */
const CLOSE = { rtol: 0, atol: 1e-3 };
/** Weights that are not trained paint nearly grey: all results are kept. */
const ALL = { leastDifference: 0 };
const isNodeInstalled = existsSync('node_modules/onnxruntime-node');

function noise(width: number, height: number): RasterImage {
  const { integer } = randomGenerator(7);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => integer(256)) };
}
const PHOTO = noise(45, 33);

const toFree: (() => unknown)[] = [];
afterEach(async () => {
  for (const free of toFree.splice(0)) await free();
});

function smallModels(): ColorizerModels {
  const models = colorfulModels(0, { vae: TINY_VAE, mixture: TINY_MIXTURE });
  toFree.push(() => disposeColorizerModels(models));
  return models;
}

/** A network that turns 18 x 18 pixels into features of 9 x 9 x 5. */
function smallFeatures(): Required<ColorizerOptions>['features'] {
  const blocks = ([[3, 1, 1], [4, 2, 1], [5, 1, 2]] as const).map(([filters, strides, dilation]) => ({ filters, convolutions: 2, strides, dilation })); // prettier-ignore
  const network = zhangFeatures({ release: 'v2', blocks });
  fillWithGoldenWeights(network);
  toFree.push(() => network.dispose());
  return { network, imageSize: 18 };
}

/** Counts the sessions of onnxruntime-web that are there; `failing` is the number of the one that cannot be made. */
function countedRuntime(failing = 0) {
  const sessions = { made: 0, open: 0 };
  const create = async (graph: Uint8Array, options: web.InferenceSession.SessionOptions) => {
    if (++sessions.made === failing) throw new Error('no such operation');
    const session = await web.InferenceSession.create(graph, options);
    sessions.open++;
    return {
      run: session.run.bind(session),
      release: async () => {
        sessions.open--;
        await session.release();
      },
    };
  };
  const runtime = { InferenceSession: { create }, Tensor: web.Tensor } as unknown as OnnxRuntime;
  return { sessions, loaded: { name: 'onnxruntime-web', runtime } as const };
}

/** Colors a photo both ways, in all modes, and compares. */
async function expectSameResults(models: ColorizerModels, engine: OnnxEngine, options: ColorizerOptions) {
  const [expected, actual] = [colorizer(models, options), colorizer(models, { ...options, engine })];
  const count = Math.min(3, models.mixtureDensityNetwork.config.components);
  for (const mode of ['modes', 'samples', 'distinct'] as const) {
    const request = { ...ALL, count, mode, seed: 4, saturation: 0.9 };
    const results = await actual.colorize(PHOTO, request);
    const others = await expected.colorize(PHOTO, request);
    expect(results.map(({ component }) => component)).toEqual(others.map(({ component }) => component));
    for (const [i, { latent, weight, colorField }] of results.entries()) {
      expect(colorField.shape).toEqual(others[i]!.colorField.shape);
      await expectAllClose(latent, others[i]!.latent, CLOSE);
      await expectAllClose([weight!], [others[i]!.weight!], CLOSE);
      await expectAllClose(colorField.values, others[i]!.colorField.values, CLOSE);
    }
    const latents = results.map(({ latent }) => latent);
    const decoded = await actual.decode(PHOTO, latents, { saturation: 0.9 });
    for (const [i, { colorField }] of decoded.entries())
      await expectAllClose(colorField.values, results[i]!.colorField.values, CLOSE);
  }
}

describe('onnxEngine()', () => {
  it.each([
    ['tiny', presetConfigs('tiny'), false],
    ['compact', presetConfigs('compact'), false],
    ['codes that are maps', { colorVae: MAP_VAE, mixtureDensityNetwork: MAP_MIXTURE }, false],
    ['a narrow reference and its features', narrowConfigs('reference'), true],
    ['a narrow referenceTf and its features', narrowConfigs('referenceTf'), true],
  ] as const)('colors with %s as TensorFlow.js does', async (_, configs, looksAtFeatures) => {
    const models = filledModels(configs);
    toFree.push(() => disposeColorizerModels(models));
    const options = looksAtFeatures ? { features: smallFeatures() } : {};
    const engine = await onnxEngine(models, { ...options, runtime: 'onnxruntime-web' });
    expect(engine.runtime).toBe('onnxruntime-web');
    await expectSameResults(models, engine, options);
    await engine.dispose();
  });

  it('decodes more codes than fit one run, in their order', async () => {
    const models = smallModels();
    const engine = await onnxEngine(models);
    toFree.push(engine.dispose);
    const { integer } = randomGenerator(1);
    const { latentDim } = TINY_VAE;
    const latents = Array.from({ length: 19 }, () => Float32Array.from({ length: latentDim }, () => integer(9) / 4 - 1)); // prettier-ignore
    const expected = await colorizer(models).decode(PHOTO, latents);
    const actual = await colorizer(models, { engine }).decode(PHOTO, latents);
    for (const [i, { colorField }] of actual.entries())
      await expectAllClose(colorField.values, expected[i]!.colorField.values, CLOSE);
  });

  it('takes the package that is installed', async () => {
    const engine = await onnxEngine(smallModels(), { threads: 1 });
    expect(engine.runtime).toBe(isNodeInstalled ? 'onnxruntime-node' : 'onnxruntime-web');
    await engine.dispose();
  });

  it('colors photos side by side, and keeps no tensor', async () => {
    const models = smallModels();
    await expectTensorsKeptAsync(0, async () => {
      const engine = await onnxEngine(models);
      const painter = colorizer(models, { engine });
      const [one, two] = await Promise.all([painter.colorize(PHOTO, ALL), painter.colorize(PHOTO, ALL)]);
      for (const [i, { colorField }] of one.entries())
        expect(colorField.values).toEqual(two[i]!.colorField.values);
      await engine.dispose();
    });
  });

  it('releases each session once, after the work under way', async () => {
    const { sessions, loaded } = countedRuntime();
    const models = smallModels();
    const engine = await engineOn(loaded, models);
    expect(sessions).toEqual({ made: 2, open: 2 });
    const mixture = engine.mixture(new Float32Array(16 * 16));
    await Promise.all([engine.dispose(), engine.dispose()]);
    expect((await mixture).logits.shape).toEqual([1, TINY_MIXTURE.components]);
    expect(sessions).toEqual({ made: 2, open: 0 });
    const painting = colorizer(models, { engine }).colorize(PHOTO);
    await expect(painting).rejects.toThrow(new BackendError('Cannot colorize as the engine was disposed'));
  });

  it('keeps no tensor and no session where a network cannot be started', async () => {
    const { sessions, loaded } = countedRuntime(2);
    const models = smallModels();
    await expectTensorsKeptAsync(0, async () => {
      const message = 'Cannot start ONNX Runtime as "onnxruntime-web" refuses a network';
      await expect(engineOn(loaded, models)).rejects.toThrow(new BackendError(message));
    });
    expect(sessions).toEqual({ made: 2, open: 0 });
  });

  it('refuses threads and packages that there are not, and networks without their features', async () => {
    const models = smallModels();
    await expect(onnxEngine(models, { threads: 0 })).rejects.toThrow(
      new RangeError("Cannot create onnxEngine as 'threads' must be a positive integer: current value is 0"),
    );
    await expect(onnxEngine(models, { runtime: 'onnx' as 'onnxruntime-web' })).rejects.toThrow(
      new TypeError(
        'Cannot create onnxEngine as \'runtime\' must be one of "onnxruntime-node", "onnxruntime-web": current value is "onnx"',
      ),
    );
    const looking = filledModels(narrowConfigs('reference'));
    toFree.push(() => disposeColorizerModels(looking));
    await expect(onnxEngine(looking)).rejects.toThrow(
      "Cannot create onnxEngine as 'features' must be given, as the mixture density network looks at features: current value is undefined",
    );
  });
});

describe('loadOnnxRuntime()', () => {
  const nothing: RuntimePackages = Object.fromEntries(
    ONNX_RUNTIMES.map((name) => [
      name,
      { isInstalled: () => false, load: async () => Promise.reject(new Error('not installed')) },
    ]),
  ) as unknown as RuntimePackages;

  it('says what to install where nothing is', async () => {
    await expect(loadOnnxRuntime(ONNX_RUNTIMES, nothing)).rejects.toThrow(
      new BackendError(
        'Cannot start ONNX Runtime as neither "onnxruntime-node" nor "onnxruntime-web" is installed: run "npm install onnxruntime-node"',
      ),
    );
    await expect(loadOnnxRuntime(['onnxruntime-web'], nothing)).rejects.toThrow(
      'Cannot start ONNX Runtime as "onnxruntime-web" is not installed: run "npm install onnxruntime-web"',
    );
  });

  it('goes on to the second where the first is missing', async () => {
    const there = { isInstalled: () => true, load: async () => web };
    const { name, runtime } = await loadOnnxRuntime(ONNX_RUNTIMES, { ...nothing, 'onnxruntime-web': there });
    expect([name, runtime]).toEqual(['onnxruntime-web', web]);
  });

  it('does not hide that the first is damaged', async () => {
    const cause = new Error('libonnxruntime.so.1: cannot open shared object file');
    const damaged = { isInstalled: () => true, load: async () => Promise.reject(cause) };
    const packages = { ...nothing, 'onnxruntime-node': damaged };
    const error = await loadOnnxRuntime(ONNX_RUNTIMES, packages).catch((thrown: unknown) => thrown as Error);
    expect((error as Error).cause).toBe(cause);
    expect(error).toEqual(
      new BackendError(
        'Cannot start ONNX Runtime as the package "onnxruntime-node" does not load: install it again, or remove it and run "npm install onnxruntime-web"',
        { cause },
      ),
    );
  });

  it.skipIf(isNodeInstalled)('knows a package that is missing here', async () => {
    await expect(onnxEngine(smallModels(), { runtime: 'onnxruntime-node' })).rejects.toThrow(
      new BackendError(
        'Cannot start ONNX Runtime as "onnxruntime-node" is not installed: run "npm install onnxruntime-node"',
      ),
    );
  });
});
