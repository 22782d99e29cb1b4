import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeLatents, encodeGreyLevel } from '../../src/models/colorVae.js';
import { disposeColorizerModels, loadColorizerModels } from '../../src/models/colorizerModels.js';
import { predictMixture } from '../../src/models/mixtureDensityNetwork.js';
import { folderStore } from '../../src/node/folderStore.js';
import { goldenUniform } from '../support/goldenWeights.js';
import { expectAllClose } from '../support/numeric.js';
import { runOnnx } from '../support/onnxRuntime.js';
import { modelFolder, polyhue, weightFiles } from './cliSupport.js';

let folder: string;
let model: string;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyhue-'));
  model = await modelFolder(join(folder, 'model'));
  server = createServer((request, response) => {
    readFile(join(folder, 'tfjs', request.url!)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const grey = () => tf.tensor4d(goldenUniform(256, 2), [1, 16, 16, 1]);

describe('polyhue export', () => {
  it('writes safetensors from which polyhue import makes the same model, bit for bit', async () => {
    const [file, again] = [join(folder, 'weights', 'model.safetensors'), join(folder, 'again')];
    const exported = await polyhue(['export', '--format', 'safetensors', model, file]);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toMatch(/model\.safetensors: 0\.\d MB from /);
    expect(await polyhue(['import', file, '--out', again])).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(again, 'polyhue.json'), 'utf8')).toBe(
      await readFile(join(model, 'polyhue.json'), 'utf8'),
    );
    expect(await weightFiles(again)).toEqual(await weightFiles(model));
  });

  it('writes ONNX graphs that compute what the model computes', async () => {
    const out = join(folder, 'graphs');
    const result = await polyhue(['export', '--format', 'onnx', '--opset', '15', model, out]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect((await readdir(out)).toSorted()).toEqual(['colors.onnx', 'mixture.onnx']);
    const models = await loadColorizerModels(folderStore(model));
    const { means } = predictMixture(models.mixtureDensityNetwork, grey());
    const input = { shape: [1, 1, 16, 16], values: await grey().data<'float32'>() };
    const outputs = await runOnnx(await readFile(join(out, 'mixture.onnx')), { grey: input });
    await expectAllClose(outputs['means']!.values, await means.data(), { rtol: 0, atol: 1e-4 });
    disposeColorizerModels(models);
  });

  it('writes models for tf.loadLayersModel', async () => {
    const out = join(folder, 'tfjs');
    expect(await polyhue(['export', '--format', 'tfjs', model, out])).toMatchObject({ code: 0, stderr: '' });
    const { port } = server.address() as AddressInfo;
    const load = async (name: string) => loadLayersModel(`http://127.0.0.1:${port}/${name}/model.json`);
    const [conditionalEncoder, decoder] = [await load('conditional_encoder'), await load('decoder')];
    const models = await loadColorizerModels(folderStore(model));
    const z = tf.tensor2d(goldenUniform(32, 3), [2, 16]);
    const expected = decodeLatents(models.colorVae, z, encodeGreyLevel(models.colorVae, grey()));
    const maps = conditionalEncoder.apply(grey()) as tf.Tensor[];
    await expectAllClose(decoder.apply([z, ...maps]) as tf.Tensor, await expected.data());
    const loaded = [await load('mixture_density_network'), await load('encoder')];
    expect(loaded.map(({ outputs }) => outputs.length)).toEqual([3, 2]);
    for (const one of [conditionalEncoder, decoder, ...loaded]) one.dispose();
    disposeColorizerModels(models);
  });

  it('says what is wrong with a command line', async () => {
    const out = join(folder, 'nothing');
    const lines = [
      [['export', '--format', 'onnx'], 'Name a model and where to write it; see "polyhue export --help"\n'],
      [['export', '--format', 'pth', model, out], "Cannot read the command line as '--format' must be one of \"safetensors\", \"onnx\", \"tfjs\": current value is \"pth\"\n"], // prettier-ignore
      [['export', '--format', 'tfjs', '--opset', '13', model, out], "Give '--opset' with '--format onnx'\n"],
      [['export', '--format', 'onnx', '--opset', '18', model, out], "Cannot read the command line as '--opset' must be from 13 to 17: current value is 18\n"], // prettier-ignore
    ] as const;
    for (const [args, stderr] of lines) expect(await polyhue(args)).toEqual({ code: 2, stdout: '', stderr });
    expect(await readdir(folder)).not.toContain('nothing');
  });

  it('says so where there is no model, and writes nothing', async () => {
    const out = join(folder, 'nothing');
    const { code, stderr } = await polyhue(['export', '--format', 'onnx', join(folder, 'none'), out]);
    expect(code).toBe(1);
    expect(stderr).toContain('nothing was saved there');
    expect(await readdir(folder)).not.toContain('nothing');
  });
});
