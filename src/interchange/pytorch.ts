import { type ArrayFile, arrayFile, type ArrayPlace, countOf, type OpenArraysOptions } from './arrayFile.js';
import { type ByteSource, formatError } from './byteSource.js';
import {
  decodeElements,
  ELEMENT_BYTES,
  type ElementType,
  gatherStrided,
  isRowMajor,
  rowMajorStrides,
} from './elements.js';
import { type Pickled, PickledGlobal, PickleError, type PickleRules, unpickle } from './pickle.js';
import { readZipEntry, readZipRange, type ZipEntry } from './zip.js';

/** Classes of storages, with the type of their elements. */
const STORAGES: Readonly<Record<string, ElementType>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
};
const ORDERED_DICT = 'collections.OrderedDict';
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const SIZE = 'torch.Size';
const KNOWN = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, SIZE, ...Object.keys(STORAGES)]);

/** Names under which training programs keep the state dict among other things. */
const STATE_DICT_KEYS = ['state_dict', 'model_state_dict', 'model'];
/** Most bytes of the description of the tensors. */
const MAX_PICKLE_BYTES = 2 ** 24;
/** First bytes of the format before PyTorch 1.6: a pickle of a number that marks it. */
const LEGACY_MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** Elements that tensors are views of. */
class Storage {
  constructor(
    readonly type: ElementType,
    readonly key: string,
    readonly elements: number,
  ) {}
}

/** A tensor as its pickle describes it. */
class PickledTensor implements ArrayPlace {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  get type(): ElementType {
    return this.storage.type;
  }

  get span(): number {
    if (this.shape.includes(0)) return 0;
    return this.shape.reduce((sum, size, axis) => sum + (size - 1) * this.strides[axis]!, 1);
  }
}

const isSize = (value: Pickled): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function sizes(value: Pickled): number[] {
  if (!Array.isArray(value) || !value.every(isSize)) throw new PickleError('a shape is not a list of sizes');
  return [...value];
}

/** @throws {PickleError} If the tensor reaches beyond its storage. */
function tensorOf([storage, offset, shape, strides]: readonly Pickled[]): PickledTensor {
  if (!(storage instanceof Storage) || !isSize(offset)) throw new PickleError('a tensor has no storage');
  const tensor = new PickledTensor(storage, offset, sizes(shape), sizes(strides));
  if (tensor.strides.length !== tensor.shape.length)
    throw new PickleError('a tensor has not one stride for each axis');
  const { span } = tensor;
  if (span > 0 && offset + span > storage.elements)
    throw new PickleError('a tensor reaches beyond its storage');
  return tensor;
}

function dictOf([pairs = []]: readonly Pickled[]): Map<Pickled, Pickled> {
  const isPair = (pair: Pickled) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string';
  if (!Array.isArray(pairs) || !pairs.every(isPair))
    throw new PickleError('a dictionary is not made of pairs of a text and a value');
  return new Map(pairs as [Pickled, Pickled][]);
}

function call({ name }: PickledGlobal, args: readonly Pickled[]): Pickled {
  if (name === REBUILD_TENSOR) return tensorOf(args);
  if (name === ORDERED_DICT) return dictOf(args);
  if (name === SIZE) return sizes(args[0]);
  if (name === REBUILD_PARAMETER && args[0] instanceof PickledTensor) return args[0];
  throw new PickleError(`it calls ${name} with what it does not take`);
}

/** A storage: `('storage', class, key, device, elements)`. */
function storageOf(id: Pickled): Storage {
  const [tag, kind, key, , elements] = Array.isArray(id) ? (id as Pickled[]) : [];
  const type = kind instanceof PickledGlobal ? STORAGES[kind.name] : undefined;
  if (tag === 'storage' && type !== undefined && typeof key === 'string' && isSize(elements))
    return new Storage(type, key, elements);
  throw new PickleError('it asks for an object that is no storage');
}

const RULES: PickleRules = {
  find: (name) => {
    if (KNOWN.has(name)) return new PickledGlobal(name);
    throw new PickleError(
      `it asks for ${JSON.stringify(name)}, which is not needed for tensors and is never run: ` +
        'save the state dict alone, torch.save(model.state_dict(), path)',
    );
  },
  call,
  persistent: storageOf,
  build: (object) => {
    // The `_metadata` of a state dict: versions of modules.
    if (!(object instanceof Map)) throw new PickleError('it gives a state to what is no dictionary');
  },
};

/** Tensors among the values of a dictionary. */
function tensorsIn(value: Pickled): Map<string, PickledTensor> {
  const entries = value instanceof Map ? [...(value as Map<Pickled, Pickled>)] : [];
  return new Map(
    entries.filter(
      (entry): entry is [string, PickledTensor] =>
        typeof entry[0] === 'string' && entry[1] instanceof PickledTensor,
    ),
  );
}

/** The state dict that a file holds, itself or under a usual name. */
function findStateDict(location: string, root: Pickled): Map<string, PickledTensor> {
  const dict: Map<Pickled, Pickled> = root instanceof Map ? root : new Map();
  const candidates = [root, ...STATE_DICT_KEYS.map((key) => dict.get(key))];
  const found = candidates.map(tensorsIn).find((tensors) => tensors.size > 0);
  if (found !== undefined) return found;
  throw formatError(
    location,
    'it holds no dictionary of tensors, itself or as "state_dict": save one, torch.save(model.state_dict(), path)',
  );
}

/** Whether bytes are the beginning of a file of PyTorch before 1.6. */
export function isLegacyPytorch(head: Uint8Array): boolean {
  return LEGACY_MAGIC.every((value, i) => head[i] === value);
}

/** The error for a file of PyTorch before 1.6. */
export function legacyPytorchError(location: string): Error {
  return formatError(
    location,
    'it is in the format of PyTorch before 1.6: save it again with a newer one, ' +
      'torch.save(torch.load(path, map_location="cpu"), path)',
  );
}

function parse(location: string, pickle: Uint8Array): Pickled {
  try {
    return unpickle(pickle, RULES).value;
  } catch (cause) {
    if (!(cause instanceof PickleError)) throw cause;
    throw formatError(location, `its description of the tensors cannot be read, ${cause.message}`, cause);
  }
}

/** The part with the description of the tensors, which names the folder that everything is in. */
export function findPickle(entries: ReadonlyMap<string, ZipEntry>): ZipEntry | undefined {
  return [...entries.values()].find(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
}

/** Reads ranges of storages; the first time a storage is read whole and checked by its CRC-32. */
function storageReader(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>, folder: string) {
  const checked = new Set<string>();
  return async ({ key, type, elements }: Storage, first: number, count: number): Promise<Uint8Array> => {
    const size = ELEMENT_BYTES[type];
    const entry = entries.get(`${folder}/data/${key}`);
    if (entry?.method !== 0 || entry.bytes !== elements * size)
      throw formatError(
        source.location,
        `the storage ${JSON.stringify(key)} is missing or has another size: it is damaged`,
      );
    if (checked.has(key)) return readZipRange(source, entry, [first * size, count * size]);
    const content = await readZipEntry(source, entry, entry.bytes);
    checked.add(key);
    return content.subarray(first * size, (first + count) * size);
  };
}

async function assertLittleEndian(source: ByteSource, entry: ZipEntry | undefined): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await readZipEntry(source, entry, 16));
  if (order === 'little') return;
  throw formatError(
    source.location,
    `its byte order is ${JSON.stringify(order)}: save it on a little-endian machine`,
  );
}

/**
 * Opens a file of `torch.save`: a zip archive with a pickle, which is read as data, and one part for each storage.
 *
 * @throws {FormatError} If it is damaged, too large, or its pickle asks for anything but tensors and containers.
 */
export async function openPytorch(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  options: OpenArraysOptions,
): Promise<ArrayFile> {
  const { location } = source;
  const pickle = findPickle(entries)!;
  const folder = pickle.name.slice(0, pickle.name.indexOf('/'));
  await assertLittleEndian(source, entries.get(`${folder}/byteorder`));
  const root = parse(location, await readZipEntry(source, pickle, MAX_PICKLE_BYTES));
  const readStorage = storageReader(source, entries, folder);
  const values = async (name: string, { storage, offset, shape, strides, span }: PickledTensor) => {
    const count = countOf(location, name, shape);
    if (isRowMajor({ shape, strides }))
      return decodeElements(await readStorage(storage, offset, count), storage.type);
    const elements = decodeElements(await readStorage(storage, offset, span), storage.type);
    return gatherStrided(elements, { shape, strides: count === 0 ? rowMajorStrides(shape) : strides });
  };
  return arrayFile({ format: 'pytorch', location, places: findStateDict(location, root), values }, options);
}
