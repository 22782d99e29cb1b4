import type { Measures } from './measures.js';
import { BASELINES, type PaintedPhoto, type SystemName } from './paintSystems.js';
import { abTally, type RiskTally, riskTally, tallyAb, tallyRisk } from './tallies.js';
import type { LeftOutPhoto, TestPhoto } from './testPhoto.js';

/** What has been measured of one system until now. */
export interface SystemTally {
  readonly name: SystemName;
  readonly measures: Measures[];
  readonly firstRisk: RiskTally;
  readonly bestRisk: RiskTally;
}

/** What has been measured until now. */
export interface SetTally {
  readonly photos: Pick<TestPhoto, 'index' | 'name'>[];
  readonly leftOut: LeftOutPhoto[];
  /** The model first, then those of the baselines that have results. */
  readonly systems: SystemTally[];
  /** Weights of each photo's results of the model, in the order of the photos. */
  readonly resultWeights: (readonly number[])[];
  /** Pixel counts by a and b: of the photos, of the model's first results and of all its results. */
  readonly ab: { readonly truth: Float64Array; readonly first: Float64Array; readonly all: Float64Array };
}

/** A tally of no photo. */
export function setTally(): SetTally {
  const ab = { truth: abTally(), first: abTally(), all: abTally() };
  return { photos: [], leftOut: [], systems: [], resultWeights: [], ab };
}

function systemTally({ systems }: SetTally, name: SystemName): SystemTally {
  const known = systems.find((system) => system.name === name);
  if (known !== undefined) return known;
  const added: SystemTally = { name, measures: [], firstRisk: riskTally(), bestRisk: riskTally() };
  systems.push(added);
  const order: readonly SystemName[] = ['model', ...BASELINES];
  systems.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  return added;
}

/** Counts the results of one system for one photo. */
export function addSystem(
  tally: SetTally,
  photo: TestPhoto,
  painted: PaintedPhoto,
  measures: Measures,
): void {
  const { fields } = painted;
  const system = systemTally(tally, painted.system);
  system.measures.push(measures);
  tallyRisk(system.firstRisk, photo, fields[0]!);
  tallyRisk(system.bestRisk, photo, fields[measures.best]!);
  if (painted.system !== 'model') return;
  tally.photos.push({ index: photo.index, name: photo.name });
  tally.resultWeights.push(painted.weights ?? []);
  tallyAb(tally.ab.truth, photo.colorField);
  tallyAb(tally.ab.first, fields[0]!);
  for (const field of fields) tallyAb(tally.ab.all, field);
}
