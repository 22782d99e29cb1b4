import { describe, expect, it } from 'vitest';

import { fromFloat16, toFloat16 } from '../../src/checkpoint/float16.js';
import golden from '../golden/float16.json' with { type: 'json' };

const float32 = (bits: number[]) => new Float32Array(Uint32Array.from(bits).buffer);
const bitsOf = (values: Float32Array) => Array.from(new Uint32Array(values.buffer));

describe('toFloat16() and fromFloat16()', () => {
  it('round like NumPy, ties, subnormal numbers and infinity included', () => {
    expect(Array.from(toFloat16(float32(golden.float32Bits)))).toEqual(golden.float16Bits);
    expect(bitsOf(fromFloat16(Uint16Array.from(golden.float16Bits)))).toEqual(golden.roundedFloat32Bits);
  });

  it('keep every half-precision number', () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const values = fromFloat16(bits);
    const back = toFloat16(values);
    const isNaN = (half: number) => (half & 0x7fff) > 0x7c00;
    const changed = bits.filter((half, i) => !isNaN(half) && back[i] !== half);
    expect(Array.from(changed)).toEqual([]);
    expect(bits.filter((half, i) => isNaN(half) !== Number.isNaN(values[i]))).toHaveLength(0);
    expect(bits.filter((half, i) => isNaN(half) !== isNaN(back[i]!))).toHaveLength(0);
  });

  it('take a part of a buffer', () => {
    expect(Array.from(toFloat16(Float32Array.of(1, 2, 3).subarray(1)))).toEqual([0x4000, 0x4200]);
  });
});
