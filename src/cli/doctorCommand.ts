import {
  type ColorizerConfigs,
  disposeColorizerModels,
  loadColorizerModels,
} from '../models/colorizerModels.js';
import { nodeCapabilities } from '../node/nodeCapabilities.js';
import { startBackend } from '../node/startBackend.js';
import { type CommandSpec, type ParsedArguments, UsageError } from './arguments.js';
import { doctorReport } from './doctorReport.js';
import { modelStore } from './modelStore.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';

export const DOCTOR_COMMAND: CommandSpec = {
  name: 'doctor',
  operands: '',
  summary: 'Says which backends can color photos and train here, and what the others need.',
  options: {
    model: {
      value: 'DIR|URL',
      short: 'm',
      description: 'a trained model to look at (default: the networks of --preset compact)',
    },
    json: { description: 'write the report to standard output as one JSON object' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: ['polyhue doctor', 'polyhue doctor --model my-model --json'],
};

async function readConfigs(location: string, { signal }: Terminal): Promise<ColorizerConfigs> {
  await startBackend('cpu');
  const models = await loadColorizerModels(modelStore(location), { signal });
  const configs = {
    colorVae: models.colorVae.config,
    mixtureDensityNetwork: models.mixtureDensityNetwork.config,
  };
  disposeColorizerModels(models);
  return configs;
}

/** Carries out `polyhue doctor`. */
export async function doctorCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw new UsageError("Give no operands; a model is named by '--model'");
  const location = args.text('model');
  const request = location === undefined ? {} : { configs: await readConfigs(location, terminal) };
  const report = await nodeCapabilities(request);
  if (args.switched('json')) writeJsonLine(terminal.stdout, report);
  else terminal.stdout.write(doctorReport(report));
  return report.backends.some(({ training }) => training.works) ? EXIT.done : EXIT.someFailed;
}
