import { type Checkpoint, saveCheckpoint } from '../checkpoint/saveCheckpoint.js';
import type { ArrayFile } from '../interchange/arrayFile.js';
import { importColorizer } from '../interchange/importColorizer.js';
import { holdFeatures, importFeatures } from '../interchange/importFeatures.js';
import { openArrays } from '../interchange/openArrays.js';
import { isSafetensorsCheckpoint, safetensorsToCheckpoint } from '../interchange/safetensorsCheckpoint.js';
import { fileBytes, type FileBytes } from '../node/fileBytes.js';
import { folderStore } from '../node/folderStore.js';
import { type CommandSpec, type ParsedArguments, UsageError } from './arguments.js';
import { makeFolder } from './makeFolder.js';
import { EXIT, type Terminal } from './terminal.js';

export const IMPORT_COMMAND: CommandSpec = {
  name: 'import',
  operands: '<files...>',
  summary:
    "Makes a model from weights of the method's PyTorch port: color VAE and mixture density network, .pth or .safetensors;\n" +
    'or from a .safetensors file that polyhue export wrote; or the network of features of the published colorization\n' +
    'network, for models that need it.',
  options: {
    out: { value: 'DIR', short: 'o', description: 'folder for the model', required: true },
    'align-corners': { description: 'the weights were trained with PyTorch before 0.4' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: [
    'polyhue import model_vae.pth model_mdn.pth --out my-model',
    'polyhue import colorization_release_v2.pth --out my-features',
    'polyhue colorize grandma.jpg --model my-model --features my-features',
  ],
};

/** What the files hold: a model that was exported from here, or the networks of the method's PyTorch port. */
async function importedCheckpoint(files: readonly ArrayFile[], args: ParsedArguments): Promise<Checkpoint> {
  if (files.length === 1 && isSafetensorsCheckpoint(files[0]!)) return safetensorsToCheckpoint(files[0]!);
  const notes = { importedFrom: args.operands.map((path) => path.split(/[\\/]/).at(-1)!) };
  if (holdFeatures(files)) return importFeatures(files, { notes });
  return importColorizer(files, { alignCorners: args.switched('align-corners'), notes });
}

/** Carries out `polyhue import`. */
export async function importCommand(args: ParsedArguments, { stdout, signal }: Terminal): Promise<number> {
  const { operands: paths } = args;
  const out = args.text('out')!;
  if (paths.length === 0)
    throw new UsageError('Name one or more files of weights; see "polyhue import --help"');
  const sources: FileBytes[] = [];
  try {
    for (const path of paths) sources.push(await fileBytes(path));
    const files = await Promise.all(sources.map((source) => openArrays(source)));
    const checkpoint = await importedCheckpoint(files, args);
    signal.throwIfAborted();
    await makeFolder(out);
    await saveCheckpoint(folderStore(out), checkpoint);
    stdout.write(`${out}: ${checkpoint.tensors.size} tensors from ${paths.join(', ')}\n`);
    return EXIT.done;
  } finally {
    for (const source of sources) await source.close();
  }
}
