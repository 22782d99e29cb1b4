/**
 * Exports the networks of presets as ONNX, with every operator set, and compares ONNX Runtime with them, on WebAssembly and, where onnxruntime-node is
 * installed, on the processor:
 *
 *     npx tsx tools/checkOnnx.ts DIR tiny compact reference
 *     /usr/bin/python3 tools/check_onnx.py DIR/*.onnx
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import * as web from 'onnxruntime-web/wasm';

import { exportOnnx, ONNX_OPSETS } from '../src/interchange/exportOnnx.js';
import { decodeLatents, encodeGreyLevel } from '../src/models/colorVae.js';
import {
  colorizerModels,
  type ColorizerModels,
  disposeColorizerModels,
} from '../src/models/colorizerModels.js';
import { predictMixture } from '../src/models/mixtureDensityNetwork.js';
import type { ModelPreset } from '../src/models/presets.js';
import { zhangFeatures } from '../src/models/zhangFeatures.js';
import { startBackend } from '../src/node/startBackend.js';
import { randomNormal } from '../src/random.js';

const CODES = 3;

type Feeds = Readonly<Record<string, tf.Tensor>>;
type Runtime = Pick<typeof web, 'InferenceSession' | 'Tensor'>;

/** The engines that are installed. */
async function runtimes(): Promise<Map<string, Runtime>> {
  web.env.wasm.numThreads = 1;
  const name = 'onnxruntime-node';
  const native = (await import(name).catch(() => undefined)) as Runtime | undefined;
  return new Map([['onnxruntime-web', web], ...(native === undefined ? [] : [[name, native] as const])]);
}

const channelsFirst = (x: tf.Tensor): tf.Tensor => (x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x);

async function run({ InferenceSession, Tensor }: Runtime, graph: Uint8Array, feeds: Feeds) {
  const session = await InferenceSession.create(graph);
  const inputs: Record<string, web.Tensor> = {};
  for (const [name, tensor] of Object.entries(feeds)) {
    const turned = channelsFirst(tensor);
    inputs[name] = new Tensor('float32', (await turned.data<'float32'>()).slice(), turned.shape);
  }
  return session.run(inputs);
}

/** The largest difference of an output, and the largest value. */
async function difference(actual: web.Tensor, expected: tf.Tensor): Promise<string> {
  const wanted = await channelsFirst(expected).data<'float32'>();
  const values = actual.data as Float32Array;
  const largest = (of: (i: number) => number): string =>
    wanted.reduce((most, _, i) => Math.max(most, Math.abs(of(i))), 0).toExponential(1);
  return `${largest((i) => values[i]! - wanted[i]!)} of ${largest((i) => wanted[i]!)}`;
}

/** What goes into each graph, and what the networks here make of it. */
function examples({ colorVae: vae, mixtureDensityNetwork: network }: ColorizerModels) {
  const grey = tf.tanh(randomNormal([1, vae.config.imageSize, vae.config.imageSize, 1], 1));
  const latent = randomNormal([CODES, vae.config.latentDim], 2);
  const field = decodeLatents(vae, latent as tf.Tensor2D, encodeGreyLevel(vae, grey as tf.Tensor4D));
  const shape = [1, ...network.model.inputs[0]!.shape.slice(1)] as tf.Tensor4D['shape'];
  const features = tf.relu(randomNormal<tf.Rank.R4>(shape, 3));
  const name = network.config.input.kind === 'greyLevel' ? 'grey' : 'features';
  const { logits, means, logStdDevs } = predictMixture(network, features);
  return new Map<string, { readonly feeds: Feeds; readonly outputs: Feeds }>([
    ['colors.onnx', { feeds: { grey, latent }, outputs: { ab: field } }],
    ['mixture.onnx', { feeds: { [name]: features }, outputs: { logits, means, log_std_devs: logStdDevs } }],
  ]);
}

/** Writes the graphs of a preset, and how far each engine is from the networks. */
async function checkPreset(folder: string, preset: ModelPreset, opset: number): Promise<void> {
  const models = colorizerModels({ preset, seed: 1 });
  const features = preset === 'reference' ? { features: zhangFeatures() } : {};
  const files = await exportOnnx(models, { opset, ...features });
  for (const [name, bytes] of files) await writeFile(join(folder, `${preset}-${opset}-${name}`), bytes);
  const checks = [...examples(models)].flatMap(([name, example]) =>
    [...engines].map(([engine, runtime]) => ({ ...example, graph: files.get(name)!, engine, runtime })),
  );
  for (const { graph, engine, runtime, feeds, outputs } of checks) {
    const actual = await run(runtime, graph, feeds);
    for (const [output, expected] of Object.entries(outputs))
      process.stdout.write(
        `${preset} opset ${opset} ${output} ${engine}: ${await difference(actual[output]!, expected)}\n`,
      );
  }
  disposeColorizerModels(models);
}

const [folder, ...presets] = process.argv.slice(2) as [string, ...ModelPreset[]];
await mkdir(folder, { recursive: true });
await startBackend('wasm');
const engines = await runtimes();
for (const preset of presets) {
  for (let opset = ONNX_OPSETS.oldest; opset <= ONNX_OPSETS.newest; opset++)
    await checkPreset(folder, preset, opset);
}
