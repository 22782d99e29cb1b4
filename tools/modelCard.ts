import { type ColorizerEvaluation, FIGURES, type FigureName, type SystemEvaluation } from 'polyhue/metrics';

import { DATA_SETS, REMARKS } from './shippedRecipe.js';

/** What is told of a set of photos. */
const TOLD: readonly FigureName[] = [
  'bestError',
  'firstError',
  'perPixelBestError',
  'variance',
  'pairwiseCiede2000',
  'bestCiede2000',
  'bestPeakSignalToNoise',
  'colorfulness',
  'colorfulnessGapOfMeans',
  'meanColorfulnessGap',
  'allColorfulness',
  'allColorfulnessGapOfMeans',
];

/** What the model is compared with. */
const COMPARED: readonly (readonly [SystemEvaluation['name'], string])[] = [
  ['model', 'the model'],
  ['grey', 'grey'],
  ['meanColorField', 'mean colors of the set'],
  ['reconstruction', 'the color VAE given the true colors'],
];

/** A set of photos that the model was measured by. */
export interface MeasuredSet {
  readonly title: string;
  /** What `polyhue evaluate --json` printed. */
  readonly evaluation: ColorizerEvaluation;
  /** The command that printed it. */
  readonly command: string;
}

export interface ModelCard {
  readonly preset: string;
  /** Numbers of trained parameters. */
  readonly parameters: { readonly colorVae: number; readonly mixtureDensityNetwork: number };
  readonly bytes: number;
  readonly sha256: string;
  /** Version of polyhue and day on which it was made. */
  readonly version: string;
  readonly date: string;
  /** Numbers of pictures. */
  readonly pictures: number;
  readonly heldOut: number;
  /** The command that trained it. */
  readonly recipe: string;
  readonly sets: readonly MeasuredSet[];
}

const thousands = (value: number): string => value.toLocaleString('en-US');

function estimateCells(system: SystemEvaluation, name: FigureName): [value: string, interval: string] {
  const estimate = system.figures[name];
  if (estimate === null) return ['', ''];
  const { digits } = FIGURES[name];
  const interval = estimate.interval?.map((end) => end.toFixed(digits)).join(' to ') ?? '';
  return [estimate.value.toFixed(digits), interval];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = ([head, ...rows]: readonly (readonly string[])[]): string[] => [
  row(head!),
  row(head!.map(() => '---')),
  ...rows.map(row),
];

/** Error of the best result as a share of that of grey. */
function shareOfGrey({ systems }: ColorizerEvaluation): string {
  const errorOf = (name: SystemEvaluation['name']) =>
    systems.find((system) => system.name === name)?.figures.bestError?.value;
  const [own, grey] = [errorOf('model'), errorOf('grey')];
  return own === undefined || grey === undefined ? '' : `${((100 * own) / grey).toFixed(1)} %`;
}

function setSection({ title, evaluation, command }: MeasuredSet): string[] {
  const { photos, size, settings, systems } = evaluation;
  const share = shareOfGrey(evaluation);
  const compared = COMPARED.flatMap(([name, label]) => {
    const system = systems.find((other) => other.name === name);
    return system === undefined ? [] : [[label, ...estimateCells(system, 'bestError')]];
  });
  return [
    `### ${title}`,
    '',
    `${thousands(photos.length)} photos at ${size} x ${size} pixels, ${settings.count} results, mode \`${settings.mode}\`; ` +
      'errors are the mean of |ab difference| / 128.',
    '',
    ...table([
      ['figure', 'value', '95 % interval'],
      ...TOLD.map((name) => [FIGURES[name].label, ...estimateCells(systems[0]!, name)]),
    ]),
    '',
    ...table([['error of the best result', 'value', '95 % interval'], ...compared]),
    '',
    ...(share === '' ? [] : [`The best of ${settings.count} has ${share} of the error of grey.`, '']),
    '```sh',
    command,
    '```',
    '',
  ];
}

const FRONT_MATTER = [
  '---',
  'library_name: polyhue',
  'pipeline_tag: image-to-image',
  'license: other',
  'license_name: see-data-and-terms',
  'tags:',
  '  - image-colorization',
  '  - tensorflow.js',
  '  - variational-autoencoder',
  '  - mixture-density-network',
  '---',
  '',
];

const LIMITS = [
  '## What it is for, and what not',
  '',
  'It proposes several plausible colors for a grey photo. They are guesses: use no result as evidence of what the colors were, and say of a',
  'published one that it was colored by a program.',
  '',
  '- It tells skies from ground, wood from cups and the heart of a flower from its petals in some photos; in others a result is a tint of the whole, the',
  '  later ones above all. Results are means of what is likely, made as strong as photos are by one number: some are too strong, some too pale; `saturation` changes it.',
  '- It sees a photo at 64 x 64 pixels: what is smaller than that grid, such as eyes, jewels and signs, has no color of its own.',
  '- Its data are garments, flowers, groceries and 200 kinds of thing. No set is of portraits, of historic photos or of one country, and colors',
  '  of skin, clothes and houses are what is common in photo collections of the early 21st century.',
  '- It has learned from clean digital photos: mend stains and scratches of a scan first, or they are colored too.',
  '- Samples below are all there are, in alphabetical order, failures included; the figures above say how far colors are from the truth.',
  '',
];

function trainingSection({ recipe, preset, pictures, heldOut, parameters }: ModelCard): string[] {
  return [
    '## Data and terms',
    '',
    ...table([
      ['set', 'content', 'from', 'terms'],
      ...DATA_SETS.map(({ name, content, source, terms }) => [`\`${name}\``, content, source, terms]),
    ]),
    '',
    'All pictures are 64 x 64 pixels; nearly grey ones are left out. No picture of these sets is in this repository or package. The weights come under',
    'the license of polyhue, Apache-2.0, as far as the rights of its authors go; the terms of the pictures are those of their owners, and ImageNet',
    'asks for non-commercial research and education. For other uses train on pictures of your own, or on `open64` alone. The flowers of `open64` are',
    'photos under CC BY 2.0 by photographers of Flickr, whom its attribution file names one by one.',
    '',
    '## How it was made',
    '',
    `The color VAE (${thousands(parameters.colorVae)} parameters) and the mixture density network (${thousands(parameters.mixtureDensityNetwork)}) of the preset ` +
      `\`${preset}\`, trained on ${thousands(pictures)} pictures; ${thousands(heldOut)} more were held out and never seen. Weights are stored in 8 bits.`,
    '',
    '```sh',
    recipe,
    'npm run ship -- OUT FOLDER',
    '```',
    '',
    ...REMARKS,
    '',
  ];
}

/** The card of the model that ships, in Markdown; whatever can be measured comes from `card`. */
export function modelCard(card: ModelCard): string {
  const { bytes, sha256, version, date, sets } = card;
  const lines = [
    ...FRONT_MATTER,
    '# The model that comes with polyhue',
    '',
    `Several colorizations of one grey photo: a color VAE and a mixture density network. Made on ${date} with polyhue ${version};`,
    `${thousands(bytes)} bytes in two files, SHA-256 of \`polyhue.json\`: \`${sha256}\`.`,
    '',
    '```ts',
    "import { loadColorizer } from 'polyhue';",
    "import { defaultCheckpoint } from 'polyhue/model';",
    '',
    'const colorizer = await loadColorizer(defaultCheckpoint());',
    '```',
    '',
    '## Figures',
    '',
    ...sets.flatMap(setSection),
    ...LIMITS,
    '![All samples: grey, five results with their weights, the truth](../docs/images/shipped.jpg)',
    '',
    'All 18 samples of `examples/photos` in alphabetical order, by `npm run demo`: grey, the five likeliest results with their weights as bars, the',
    'truth. None of them was trained on.',
    '',
    ...trainingSection(card),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
