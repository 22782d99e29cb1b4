/** Gaussian mixtures in float64, for one example, written from the formulas. */
export interface Mixture64 {
  readonly logits: readonly number[];
  readonly means: readonly (readonly number[])[];
  /** One number per component and dimension, or one per component (isotropic). */
  readonly logStdDevs: readonly (readonly number[])[];
}

const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

const logSumExp64 = (values: readonly number[]): number => {
  const largest = Math.max(...values);
  return largest + Math.log(sum(values.map((x) => Math.exp(x - largest))));
};

const logWeights64 = ({ logits }: Mixture64): number[] => logits.map((logit) => logit - logSumExp64(logits));

export const weights64 = (mixture: Mixture64): number[] => logWeights64(mixture).map(Math.exp);

/** Log of the deviation of component `k` in dimension `j`. */
const logStdDev64 = ({ logStdDevs }: Mixture64, k: number, j: number): number =>
  logStdDevs[k]![j] ?? logStdDevs[k]![0]!;

function logJoint64(z: readonly number[], mixture: Mixture64): number[] {
  return logWeights64(mixture).map((logWeight, k) => {
    const terms = z.map((code, j) => {
      const logStdDev = logStdDev64(mixture, k, j);
      const standardized = (code - mixture.means[k]![j]!) / Math.exp(logStdDev);
      return -0.5 * standardized ** 2 - logStdDev - 0.5 * Math.log(2 * Math.PI);
    });
    return logWeight + sum(terms);
  });
}

export const mixtureLogProbability64 = (z: readonly number[], mixture: Mixture64): number =>
  logSumExp64(logJoint64(z, mixture));

export function mixtureResponsibilities64(z: readonly number[], mixture: Mixture64): number[] {
  const logJoint = logJoint64(z, mixture);
  return logJoint.map((x) => Math.exp(x - logSumExp64(logJoint)));
}

export function mixtureMean64(mixture: Mixture64): number[] {
  const weights = weights64(mixture);
  return mixture.means[0]!.map((_, j) => sum(weights.map((w, k) => w * mixture.means[k]![j]!)));
}

/** The second moment less the square of the first. */
export function mixtureVariance64(mixture: Mixture64): number[] {
  const weights = weights64(mixture);
  return mixtureMean64(mixture).map((mean, j) => {
    const second = (k: number) => Math.exp(2 * logStdDev64(mixture, k, j)) + mixture.means[k]![j]! ** 2;
    return sum(weights.map((w, k) => w * second(k))) - mean ** 2;
  });
}

export function nearestComponentLoss64(z: readonly number[], mixture: Mixture64, stdDev: number): number {
  const squared = mixture.means.map((mean) => sum(z.map((code, j) => (code - mean[j]!) ** 2)));
  const winner = squared.indexOf(Math.min(...squared));
  return -logWeights64(mixture)[winner]! + squared[winner]! / (2 * stdDev ** 2);
}

/** `mixture` with its parameters as one list of numbers: logits, then means, then log-deviations. */
export const flatMixture = ({ logits, means, logStdDevs }: Mixture64): number[] => [
  ...logits,
  ...means.flat(),
  ...logStdDevs.flat(),
];

/** The inverse of `flatMixture` for a mixture like `template`. */
export function mixtureFromFlat(flat: readonly number[], template: Mixture64): Mixture64 {
  const { logits, means, logStdDevs } = template;
  let start = 0;
  const take = (row: readonly number[]) => flat.slice(start, (start += row.length));
  return { logits: take(logits), means: means.map(take), logStdDevs: logStdDevs.map(take) };
}
