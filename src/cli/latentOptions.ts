import { LATENT_MODES } from '../inference/chooseLatents.js';
import type { ColorizeOptions, Colorizer } from '../inference/colorizer.js';
import {
  choice,
  nonNegativeInteger,
  numberBetween,
  type ParsedArguments,
  positiveInteger,
  UsageError,
} from './arguments.js';

const MAX_TEMPERATURE = 10;

/** Options of the commands that ask a colorizer for several results. */
export const LATENT_OPTIONS = {
  count: { value: 'K', description: 'results per photo (default: 5)' },
  mode: {
    value: 'NAME',
    description: 'modes: the likeliest; samples: at random; distinct: the most different (default: modes)',
  },
  temperature: {
    value: 'T',
    description: 'spread of what is drawn, 1 is that of the model; sets --mode samples where none is given',
  },
  seed: { value: 'N', description: 'source of randomness of what is drawn (default: 0)' },
} as const;

/** What `--count`, `--mode`, `--temperature` and `--seed` ask for. */
export function colorizeOptions(args: ParsedArguments): ColorizeOptions {
  const temperature = numberBetween(0, MAX_TEMPERATURE)(args, 'temperature');
  const mode = choice(args, 'mode', LATENT_MODES) ?? (temperature === undefined ? 'modes' : 'samples');
  if (mode === 'modes' && temperature !== undefined)
    throw new UsageError("Give '--temperature' or '--mode modes', not both: modes are not drawn at random");
  return {
    count: positiveInteger(args, 'count') ?? 5,
    mode,
    temperature: temperature ?? 1,
    seed: nonNegativeInteger(args, 'seed') ?? 0,
  };
}

/** Refuses a count that no photo could be given, before any photo is read. */
export function assertCount(
  colorizer: Colorizer,
  { count, mode }: Pick<ColorizeOptions, 'count' | 'mode'>,
): void {
  const { components } = colorizer.models.mixtureDensityNetwork.config;
  if (mode !== 'modes' || count! <= components) return;
  throw new UsageError(
    `The model has ${components} components, so '--count' can be at most ${components}: use '--mode samples' for more`,
  );
}
