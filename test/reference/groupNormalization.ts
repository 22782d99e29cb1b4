/** Sizes of maps whose pixels are in one list. */
export interface GroupSizes {
  readonly batch: number;
  readonly pixels: number;
  readonly channels: number;
  readonly groups: number;
}

/** Group normalization and its gradients in float64, by the definition: `dx` is the product with the Jacobian matrix. */
export function groupNormalization64(
  { batch, pixels, channels, groups }: GroupSizes,
  { x, gamma, beta, dy }: Readonly<Record<'x' | 'gamma' | 'beta' | 'dy', ArrayLike<number>>>,
  epsilon: number,
) {
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  const [dGamma, dBeta] = [new Float64Array(channels), new Float64Array(channels)];
  const width = channels / groups;
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  for (let example = 0; example < batch; example++) {
    for (let first = 0; first < channels; first += width) {
      const at = Array.from({ length: pixels * width }, (_, i) => ({
        index: (example * pixels + Math.floor(i / width)) * channels + first + (i % width),
        channel: first + (i % width),
      }));
      const middle = mean(at.map(({ index }) => x[index]!));
      const scale = 1 / Math.sqrt(mean(at.map(({ index }) => (x[index]! - middle) ** 2)) + epsilon);
      const normalized = at.map(({ index }) => (x[index]! - middle) * scale);
      const upstream = at.map(({ index, channel }) => dy[index]! * gamma[channel]!);
      const [average, slope] = [mean(upstream), mean(upstream.map((g, i) => g * normalized[i]!))];
      at.forEach(({ index, channel }, i) => {
        y[index] = normalized[i]! * gamma[channel]! + beta[channel]!;
        dx[index] = scale * (upstream[i]! - average - normalized[i]! * slope);
        dGamma[channel]! += dy[index]! * normalized[i]!;
        dBeta[channel]! += dy[index]!;
      });
    }
  }
  return { y, dx, dGamma, dBeta };
}
