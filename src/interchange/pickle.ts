/** A value of a pickle: plain data, or what a caller's `call` or `persistent` made of data. */
export type Pickled = unknown;

/** A class or function that a pickle names. It is a name: nothing is looked up or run. */
export class PickledGlobal {
  constructor(readonly name: string) {}
}

/** What a pickle may ask for beyond plain data. */
export interface PickleRules {
  /** Throws for every name that is not on its list. */
  readonly find: (name: string) => PickledGlobal;
  /** What stands for a call of `callable` with `args`. */
  readonly call: (callable: PickledGlobal, args: readonly Pickled[]) => Pickled;
  /** What stands for an object that is kept elsewhere. */
  readonly persistent: (id: Pickled) => Pickled;
  /** Told of the state that an object is given; ignores it or throws. */
  readonly build: (object: Pickled, state: Pickled) => void;
}

/** A pickle that is damaged or holds what its reader does not know. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
}

const MARK = Symbol('mark');
/** Most bytes of an integer. */
const MAX_LONG_BYTES = 8;
/** Most operations of a pickle: every one may take memory, and ten thousand tensors need less than half of them. */
const MAX_OPERATIONS = 2_000_000;
/** Operations that a key counts for if it is no text: numbers can be chosen so that looking one up passes by all others. */
const KEY_OPERATIONS = 100;

/** Where a machine reads, and what it has until now. */
interface Machine {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly rules: PickleRules;
  readonly stack: Pickled[];
  readonly memo: Map<number, Pickled>;
  readonly decoder: TextDecoder;
  at: number;
  /** Operations that may follow. */
  left: number;
}

type Step = (machine: Machine) => void;

/** @throws {PickleError} If there have been too many operations. */
function charge(machine: Machine, operations: number): void {
  machine.left -= operations;
  if (machine.left < 0) throw new PickleError(`it has more than ${MAX_OPERATIONS} operations`);
}

/** Passes over `length` bytes and returns where they start. */
function take(machine: Machine, length: number): number {
  const start = machine.at;
  if (length > machine.bytes.length - start) throw new PickleError('it ends in the middle');
  machine.at = start + length;
  return start;
}

const byte = (machine: Machine): number => machine.bytes[take(machine, 1)]!;
const uint16 = (machine: Machine): number => machine.view.getUint16(take(machine, 2), true);
const int32 = (machine: Machine): number => machine.view.getInt32(take(machine, 4), true);
const uint32 = (machine: Machine): number => machine.view.getUint32(take(machine, 4), true);

function uint64(machine: Machine): number {
  const value = machine.view.getBigUint64(take(machine, 8), true);
  // A length beyond any file: `take` refuses it.
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

function text(machine: Machine, length: number): string {
  const start = take(machine, length);
  return machine.decoder.decode(machine.bytes.subarray(start, start + length));
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0) throw new PickleError('it ends in the middle');
  const result = text(machine, end - machine.at);
  machine.at += 1;
  return result;
}

/** A two's complement integer of `length` bytes. */
function long(machine: Machine, length: number): number {
  if (length > MAX_LONG_BYTES) throw new PickleError(`it holds an integer of ${length} bytes`);
  const start = take(machine, length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(machine.bytes[start + i]!);
  return Number(BigInt.asIntN(8 * length, value));
}

function pop(machine: Machine): Pickled {
  if (machine.stack.length === 0) throw new PickleError('it takes a value where there is none');
  const value = machine.stack.pop();
  if (value === MARK) throw new PickleError('it takes a value where there is none');
  return value;
}

/** The values above the last mark, in order; removes the mark. */
function popMarked(machine: Machine): Pickled[] {
  const start = machine.stack.lastIndexOf(MARK);
  if (start < 0) throw new PickleError('it takes a list that was not begun');
  return machine.stack.splice(start).slice(1);
}

function top(machine: Machine): Pickled {
  if (machine.stack.length === 0) throw new PickleError('it takes a value where there is none');
  return machine.stack.at(-1);
}

function memoize(machine: Machine, key: number): void {
  if (key >= MAX_OPERATIONS) throw new PickleError(`it keeps a value as number ${key}`);
  machine.memo.set(key, top(machine));
}

function recall(machine: Machine, key: number): void {
  if (!machine.memo.has(key)) throw new PickleError(`it asks for value ${key}, which it has not kept`);
  machine.stack.push(machine.memo.get(key));
}

function setItems(machine: Machine, items: readonly Pickled[]): void {
  const target = top(machine);
  if (!(target instanceof Map) || items.length % 2 !== 0)
    throw new PickleError('it sets items of what is no dictionary');
  for (let i = 0; i < items.length; i += 2) {
    if (typeof items[i] !== 'string') charge(machine, KEY_OPERATIONS);
    target.set(items[i], items[i + 1]);
  }
}

function append(machine: Machine, values: readonly Pickled[]): void {
  const target = top(machine);
  if (!Array.isArray(target) || Object.isFrozen(target))
    throw new PickleError('it appends to what is no list');
  for (const value of values) target.push(value);
}

/** Tuples are lists that nothing is appended to. */
function tuple(machine: Machine, length: number): void {
  const values = Array.from({ length }, () => pop(machine)).toReversed();
  machine.stack.push(Object.freeze(values));
}

/** A value that was kept can be an argument of many calls, so what a call may copy counts each time. */
function reduce(machine: Machine): void {
  const args = pop(machine);
  const callable = pop(machine);
  if (!(callable instanceof PickledGlobal) || !Array.isArray(args))
    throw new PickleError('it calls what is no function');
  for (const value of [args, ...args]) if (Array.isArray(value)) charge(machine, value.length);
  machine.stack.push(machine.rules.call(callable, args));
}

function build(machine: Machine): void {
  const state = pop(machine);
  machine.rules.build(top(machine), state);
}

function stackGlobal(machine: Machine): void {
  const [name, module] = [pop(machine), pop(machine)];
  if (typeof name !== 'string' || typeof module !== 'string')
    throw new PickleError('it asks for a name that is no text');
  machine.stack.push(machine.rules.find(`${module}.${name}`));
}

const push =
  (value: (machine: Machine) => Pickled): Step =>
  (machine) =>
    void machine.stack.push(value(machine));

/** Every operation that is carried out, by its code; a pickle with any other is refused. */
const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [0x80, (m) => assertProtocol(byte(m))], // PROTO
  [0x95, (m) => void uint64(m)], // FRAME
  [0x28, push(() => MARK)], // MARK
  [0x4e, push(() => null)], // NONE
  [0x88, push(() => true)], // NEWTRUE
  [0x89, push(() => false)], // NEWFALSE
  [0x4a, push(int32)], // BININT
  [0x4b, push(byte)], // BININT1
  [0x4d, push(uint16)], // BININT2
  [0x8a, push((m) => long(m, byte(m)))], // LONG1
  [0x47, push((m) => m.view.getFloat64(take(m, 8), false))], // BINFLOAT
  [0x58, push((m) => text(m, uint32(m)))], // BINUNICODE
  [0x8c, push((m) => text(m, byte(m)))], // SHORT_BINUNICODE
  [0x7d, push(() => new Map())], // EMPTY_DICT
  [0x5d, push(() => [])], // EMPTY_LIST
  [0x29, push(() => Object.freeze([]))], // EMPTY_TUPLE
  [0x85, (m) => tuple(m, 1)], // TUPLE1
  [0x86, (m) => tuple(m, 2)], // TUPLE2
  [0x87, (m) => tuple(m, 3)], // TUPLE3
  [0x74, push((m) => Object.freeze(popMarked(m)))], // TUPLE
  [0x73, (m) => setItems(m, [pop(m), pop(m)].toReversed())], // SETITEM
  [0x75, (m) => setItems(m, popMarked(m))], // SETITEMS
  [0x61, (m) => append(m, [pop(m)])], // APPEND
  [0x65, (m) => append(m, popMarked(m))], // APPENDS
  [0x71, (m) => memoize(m, byte(m))], // BINPUT
  [0x72, (m) => memoize(m, uint32(m))], // LONG_BINPUT
  [0x94, (m) => memoize(m, m.memo.size)], // MEMOIZE
  [0x68, (m) => recall(m, byte(m))], // BINGET
  [0x6a, (m) => recall(m, uint32(m))], // LONG_BINGET
  [0x63, push((m) => m.rules.find(`${line(m)}.${line(m)}`))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x51, push((m) => m.rules.persistent(pop(m)))], // BINPERSID
  [0x52, reduce], // REDUCE
  [0x62, build], // BUILD
]);
const STOP = 0x2e;

function assertProtocol(protocol: number): void {
  if (protocol < 2 || protocol > 5) throw new PickleError(`it has protocol ${protocol}, and 2 to 5 are read`);
}

/**
 * Reads a pickle as data: a closed list of operations builds numbers, texts, lists (tuples are frozen ones) and `Map`s, and
 * whatever else it asks for goes through `rules`. Nothing of it is ever executed.
 *
 * @returns The value and the number of bytes of the pickle.
 * @throws {PickleError} If the pickle is damaged or holds an operation that is not on the list.
 * @see Python, pickletools: the operations of pickle protocols 2 to 5.
 */
export function unpickle(bytes: Uint8Array, rules: PickleRules): { value: Pickled; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [memo, decoder] = [new Map<number, Pickled>(), new TextDecoder()];
  const machine: Machine = { view, bytes, rules, stack: [], memo, decoder, at: 0, left: MAX_OPERATIONS };
  for (;;) {
    charge(machine, 1);
    const code = byte(machine);
    if (code === STOP) return { value: pop(machine), length: machine.at };
    const step = STEPS.get(code);
    if (step === undefined)
      throw new PickleError(`it holds the operation 0x${code.toString(16).padStart(2, '0')}`);
    step(machine);
  }
}
