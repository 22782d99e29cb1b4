/** Part of a message of protocol buffers, in pieces, so that large tensors are copied once, when a file is put together. */
export interface Encoded {
  readonly length: number;
  readonly chunks: readonly Uint8Array[];
}

/** Ways in which the value of a field is written, as they are numbered in its tag. */
const WIRE_TYPE = { varint: 0, bytes: 2, float: 5 } as const;

/** An unsigned number in groups of seven bits, the lowest first; negative ones as 64 bits of two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    const group = Number(rest & 0x7fn);
    if (rest < 0x80n) return [...bytes, group];
    bytes.push(group | 0x80);
  }
}

function tag(field: number, type: keyof typeof WIRE_TYPE): number[] {
  return varint(field * 8 + WIRE_TYPE[type]);
}

function encoded(...chunks: readonly Uint8Array[]): Encoded {
  return { length: chunks.reduce((sum, { length }) => sum + length, 0), chunks };
}

/** A field that holds an integer. */
export function integerField(field: number, value: number): Encoded {
  return encoded(Uint8Array.from([...tag(field, 'varint'), ...varint(value)]));
}

/** A field that holds a float of 32 bits. */
export function floatField(field: number, value: number): Encoded {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return encoded(Uint8Array.from(tag(field, 'float')), bytes);
}

/** A field that holds bytes; they are not copied. */
export function bytesField(field: number, bytes: Uint8Array): Encoded {
  return encoded(Uint8Array.from([...tag(field, 'bytes'), ...varint(bytes.length)]), bytes);
}

/** A field that holds text. */
export function textField(field: number, text: string): Encoded {
  return bytesField(field, new TextEncoder().encode(text));
}

/** A field that holds a message made of `parts`. */
export function messageField(field: number, parts: readonly Encoded[]): Encoded {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Uint8Array.from([...tag(field, 'bytes'), ...varint(length)]);
  return { length: head.length + length, chunks: [head, ...parts.flatMap(({ chunks }) => chunks)] };
}

/** The bytes of a message made of `parts`. */
export function messageBytes(parts: readonly Encoded[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const chunk of parts.flatMap(({ chunks }) => chunks)) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
