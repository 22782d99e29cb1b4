import type { ConformanceCase } from './conformanceCase.js';
import { ELEMENTWISE_CASES } from './elementwiseCases.js';
import { NETWORK_CASES } from './networkCases.js';
import { REDUCTION_CASES } from './reductionCases.js';
import { SHAPE_CASES } from './shapeCases.js';

/** Every operation that is checked on every backend. */
export const CASES: readonly ConformanceCase[] = [
  ...ELEMENTWISE_CASES,
  ...SHAPE_CASES,
  ...REDUCTION_CASES,
  ...NETWORK_CASES,
];
