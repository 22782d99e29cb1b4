import type { TensorData } from '../checkpoint/tensorData.js';
import { GREY_LEVEL_SCALE } from '../data/networkColor.js';
import { assertOneOf, assertPositiveInteger, BackendError } from '../errors.js';
import { inParts, stackLatents } from '../inference/decodeFields.js';
import { assertFeatures, type ColorizerOptions } from '../inference/encodePhoto.js';
import type { ColorizerEngine } from '../inference/engine.js';
import { assertColorizerModels, type ColorizerModels } from '../models/colorizerModels.js';
import { type LoadedRuntime, loadOnnxRuntime, ONNX_RUNTIMES, type OnnxRuntimeName } from './onnxRuntime.js';
import { graphSession, type GraphSession, type GraphTensor } from './onnxSession.js';

const ACTION = 'create onnxEngine';

export interface OnnxEngineOptions extends Pick<ColorizerOptions, 'features'> {
  /**
   * The package that computes.
   *
   * @defaultValue the first of `ONNX_RUNTIMES` that is installed
   */
  readonly runtime?: OnnxRuntimeName;
  /**
   * Threads of onnxruntime-node, a positive integer; onnxruntime-web has one. Those of small networks wait for each
   * other, which takes processor time: measure before you raise it.
   *
   * @defaultValue `1`
   */
  readonly threads?: number;
}

/** The networks of a colorizer on ONNX Runtime. */
export interface OnnxEngine extends ColorizerEngine {
  /** The package that computes. */
  readonly runtime: OnnxRuntimeName;
  /** Frees the sessions once the work under way is done; the engine cannot be used afterwards. May be called again. */
  readonly dispose: () => Promise<void>;
}

/** Sessions of the graphs; those that exist are released if one cannot be made. */
async function openSessions(
  loaded: LoadedRuntime,
  graphs: ReadonlyMap<string, Uint8Array>,
  threads: number,
): Promise<Map<string, GraphSession>> {
  const sessions = new Map<string, GraphSession>();
  try {
    for (const [name, graph] of graphs) sessions.set(name, await graphSession(loaded, graph, threads));
    return sessions;
  } catch (cause) {
    await Promise.all(Array.from(sessions.values(), async ({ release }) => release()));
    throw new BackendError(`Cannot start ONNX Runtime as "${loaded.name}" refuses a network`, { cause });
  }
}

/** Lightness as a map of one channel. */
function squareMap(lightness: Float32Array): GraphTensor {
  const size = Math.sqrt(lightness.length);
  return { shape: [1, 1, size, size], values: lightness };
}

/** `L / 50 - 1` as a map of one channel. */
function greyMap(lightness: Float32Array): GraphTensor {
  return squareMap(lightness.map((value) => value / GREY_LEVEL_SCALE - 1));
}

/** Splits `[codes, 2, size, size]` into fields of `[size, size, 2]`. */
function fieldsOf({ shape, values }: GraphTensor): TensorData[] {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const pixels = height * width;
  return Array.from({ length: count }, (_, i) => {
    const field = new Float32Array(pixels * channels);
    for (let channel = 0; channel < channels; channel++) {
      const first = (i * channels + channel) * pixels;
      for (let j = 0; j < pixels; j++) field[j * channels + channel] = values[first + j]!;
    }
    return { shape: [height, width, channels], values: field };
  });
}

/** What the engine computes, by the sessions of `exportOnnx`'s graphs. */
function networksOf(sessions: ReadonlyMap<string, GraphSession>, looksAtFeatures: boolean): ColorizerEngine {
  const run = async (graph: string, inputs: Readonly<Record<string, GraphTensor>>) =>
    sessions.get(graph)!.run(inputs);
  return {
    mixture: async (lightness) => {
      const input = looksAtFeatures
        ? await run('features.onnx', { lightness: squareMap(lightness) })
        : { grey: greyMap(lightness) };
      const outputs = await run('mixture.onnx', input);
      return { logits: outputs['logits']!, means: outputs['means']!, logStdDevs: outputs['log_std_devs']! };
    },
    colorFields: async (lightness, latents) => {
      const [grey, latentDim] = [greyMap(lightness), latents[0]!.length];
      return inParts(latents, async (some) => {
        const latent = { shape: [some.length, latentDim], values: stackLatents(some, latentDim) };
        const { ab } = await run('colors.onnx', { grey, latent });
        return fieldsOf(ab!);
      });
    },
  };
}

/** `onnxEngine` on a package that is loaded. */
export async function engineOn(
  loaded: LoadedRuntime,
  models: ColorizerModels,
  { features, threads = 1 }: OnnxEngineOptions = {},
): Promise<OnnxEngine> {
  const { exportOnnx } = await import('../interchange/exportOnnx.js');
  const looksAtFeatures = models.mixtureDensityNetwork.config.input.kind === 'features';
  const graphs = await exportOnnx(models, looksAtFeatures ? { features: features!.network } : {});
  const sessions = await openSessions(loaded, graphs, threads);
  const networks = networksOf(sessions, looksAtFeatures);
  let running: Promise<unknown> = Promise.resolve();
  let released: Promise<void> | undefined;
  // One at a time: side by side they would fight for the same cores, and dispose waits for the last.
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (released !== undefined) throw new BackendError('Cannot colorize as the engine was disposed');
    const result = running.then(work);
    running = result.catch(() => {});
    return result;
  };
  const release = async (): Promise<void> => {
    await running;
    await Promise.all(Array.from(sessions.values(), async (session) => session.release()));
  };
  return {
    runtime: loaded.name,
    mixture: async (lightness) => inTurn(async () => networks.mixture(lightness)),
    colorFields: async (lightness, latents) => inTurn(async () => networks.colorFields(lightness, latents)),
    dispose: async () => (released ??= release()),
  };
}

/**
 * The networks of a colorizer on ONNX Runtime: native code in Node, for several results and many photos.
 *
 * It computes with the package `onnxruntime-node`, which you install, or else with `onnxruntime-web`. Its results are those of
 * TensorFlow.js up to rounding. The weights are copied: later changes of `models` do not show.
 *
 * @param models Stay the caller's, or the colorizer's.
 * @returns For the option `engine` of `colorizer`; it belongs to the caller, whose `dispose` comes after the last photo.
 * @throws {BackendError} If neither package is installed, or one refuses to start; the message says what to install.
 * @throws {TypeError} If the mixture density network looks at features and none are given, or `runtime` is none of `ONNX_RUNTIMES`.
 * @throws {RangeError} If `threads` is not a positive integer, or the two networks do not speak of the same codes.
 * @see ONNX Runtime, https://onnxruntime.ai.
 *
 * @example
 * ```ts
 * import { colorizer, loadColorizerModels } from 'polyhue';
 * import { decodeImage, folderStore, onnxEngine, startBackend } from 'polyhue/node';
 *
 * await startBackend('wasm'); // resizes photos and draws codes
 * const { colorVae, mixtureDensityNetwork } = await loadColorizerModels(folderStore('my-model'));
 * const models = { colorVae, mixtureDensityNetwork };
 * const engine = await onnxEngine(models);
 * const painter = colorizer(models, { engine });
 * const results = await painter.colorize(await decodeImage('grandma.jpg'), { count: 5 });
 * painter.dispose();
 * await engine.dispose();
 * ```
 */
export async function onnxEngine(
  models: ColorizerModels,
  options: OnnxEngineOptions = {},
): Promise<OnnxEngine> {
  const { runtime, threads = 1 } = options;
  assertColorizerModels(ACTION, models);
  assertFeatures(ACTION, models, options);
  if (runtime !== undefined) assertOneOf(ACTION, 'runtime', runtime, ONNX_RUNTIMES);
  assertPositiveInteger(ACTION, 'threads', threads);
  return engineOn(await loadOnnxRuntime(runtime === undefined ? ONNX_RUNTIMES : [runtime]), models, options);
}
