// A program for nodeCapabilities.test.ts: tells what can run here as JSON, after loading the modules it is given.
import { createRequire } from 'node:module';

import { nodeCapabilities } from '../../src/node/nodeCapabilities.js';
import { TINY_MIXTURE, TINY_VAE } from '../support/tinyModels.js';

const require = createRequire(import.meta.url);
for (const file of process.argv.slice(2)) require(file);
const configs = { colorVae: TINY_VAE, mixtureDensityNetwork: TINY_MIXTURE };
process.stdout.write(JSON.stringify(await nodeCapabilities({ configs })));
