/**
 * Lets Node run TypeScript in worker threads too, which `--import tsx` does in the main thread only:
 *
 *     node --import ./tools/tsxEverywhere.mjs bench/workers.ts
 */
import { register } from 'tsx/esm/api';

register();
