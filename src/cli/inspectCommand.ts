import { join } from 'node:path';

import { encodePng } from '../data/png.js';
import type { ImageSource } from '../data/imageSource.js';
import { contactSheet, type ContactSheetTile } from '../inference/contactSheet.js';
import {
  CHROMA_CLASS,
  type ImageInspection,
  inspectImages,
  INSPECTION_GROUPS,
  type InspectedImage,
  type InspectionGroup,
} from '../node/inspectImages.js';
import { openImages } from '../node/openImages.js';
import { startBackend } from '../node/startBackend.js';
import { writeFileAtomic } from '../node/writeFileAtomic.js';
import { type CommandSpec, type ParsedArguments, positiveInteger, UsageError } from './arguments.js';
import { makeFolder } from './makeFolder.js';
import { startProgress } from './progress.js';
import { EXIT, type Terminal, writeJsonLine } from './terminal.js';

/** Pictures on a contact sheet, in rows of `columns`. */
const SHEET = { columns: 8, rows: 8, tileSize: 96 } as const;
/** Characters of the longest bar of the histogram. */
const BAR_WIDTH = 40;
/** What would end a line of a list of names. */
const LINE_BREAK = /[\r\n]/;

export const INSPECT_COMMAND: CommandSpec = {
  name: 'inspect',
  operands: '<folder|tar>',
  summary:
    'Finds pictures that harm a training: unreadable, tiny, grey, toned, or in the set more than once.',
  options: {
    out: {
      value: 'DIR',
      short: 'o',
      description: 'folder for exclude.txt, a list for "polyhue train --exclude", and a sheet of each group',
    },
    'min-side': { value: 'N', description: 'pictures with a shorter side are tiny (default: 64)' },
    json: { description: 'write the report to standard output as one JSON object' },
    help: { short: 'h', description: 'show this help' },
  },
  examples: ['polyhue inspect photos/', 'polyhue inspect photos.tar --out report'],
};

/** The names of all pictures that were found, each once. */
function excludedNames({ found }: ImageInspection): string[] {
  return [...new Map(found.map(({ index, name }) => [index, name])).values()];
}

function countsOf({ found }: ImageInspection): Map<InspectionGroup, number> {
  return new Map(
    INSPECTION_GROUPS.map((group) => [group, found.filter((picture) => picture.group === group).length]),
  );
}

function histogramLines({ chromaHistogram }: ImageInspection): string[] {
  const most = Math.max(1, ...chromaHistogram);
  return chromaHistogram.map((count, i) => {
    const from = String(i * CHROMA_CLASS.width).padStart(4);
    const bar = '#'.repeat(Math.ceil((count / most) * BAR_WIDTH));
    return `${from}  ${String(count).padStart(9)}  ${bar}`.trimEnd();
  });
}

function reportText(inspection: ImageInspection, path: string): string {
  const { pictures } = inspection;
  const excluded = excludedNames(inspection).length;
  const rows = [...countsOf(inspection)].map(([group, count]) => `${group.padEnd(15)} ${count}`);
  const share = ((excluded / pictures) * 100).toFixed(1);
  return [
    `${path}: ${pictures} pictures, of which ${excluded} (${share} %) are better left out`,
    '',
    ...rows,
    '',
    'mean chroma from, pictures',
    ...histogramLines(inspection),
    '',
  ].join('\n');
}

/** At most `count` of the elements, evenly spread. */
function spread<T>(elements: readonly T[], count: number): T[] {
  const step = Math.max(1, elements.length / count);
  return Array.from({ length: Math.min(count, elements.length) }, (_, i) => elements[Math.floor(i * step)]!);
}

/** A sheet of a group; of duplicates, the picture that is kept comes first in each pair. */
async function groupSheet(source: ImageSource, group: readonly InspectedImage[]): Promise<Uint8Array> {
  const { columns, rows, tileSize } = SHEET;
  const perPicture = group[0]!.of === undefined ? 1 : 2;
  const chosen = spread(group, (columns * rows) / perPicture);
  const indices = chosen.flatMap(({ index, of }) => (of === undefined ? [index] : [of, index]));
  const sheet: ContactSheetTile[][] = [];
  for (const [i, index] of indices.entries()) {
    if (i % columns === 0) sheet.push([]);
    sheet.at(-1)!.push({ image: await source.read(index) });
  }
  return encodePng(await contactSheet(sheet, { tileSize }));
}

async function writeReport(out: string, source: ImageSource, inspection: ImageInspection): Promise<void> {
  const names = excludedNames(inspection).filter((name) => !LINE_BREAK.test(name));
  await writeFileAtomic(join(out, 'exclude.txt'), names.map((name) => `${name}\n`).join(''));
  for (const group of INSPECTION_GROUPS) {
    const pictures = inspection.found.filter((picture) => picture.group === group);
    if (group === 'unreadable' || pictures.length === 0) continue;
    await writeFileAtomic(join(out, `${group}.png`), await groupSheet(source, pictures));
  }
}

/** Tells of what a list of names or a training would stumble over. */
function warn(inspection: ImageInspection, { stderr }: Terminal): void {
  const names = excludedNames(inspection);
  const broken = names.filter((name) => LINE_BREAK.test(name)).length;
  if (broken > 0)
    stderr.write(`Warning: ${broken} names hold a line break and cannot be listed in exclude.txt\n`);
  if (names.length === inspection.pictures) stderr.write('Warning: no picture would be left\n');
}

async function inspectWithProgress(
  source: ImageSource,
  args: ParsedArguments,
  { stderr, signal }: Terminal,
): Promise<ImageInspection> {
  const minSide = positiveInteger(args, 'min-side');
  const bar = startProgress(stderr, 'Looking at pictures', source.length);
  try {
    return await inspectImages(source, {
      ...(minSide === undefined ? {} : { minSide }),
      signal,
      onProgress: (inspected) => bar.update(inspected, ''),
    });
  } finally {
    bar.stop();
  }
}

/** Carries out `polyhue inspect`. */
export async function inspectCommand(args: ParsedArguments, terminal: Terminal): Promise<number> {
  const [path, ...more] = args.operands;
  if (path === undefined || more.length > 0)
    throw new UsageError(`Give one folder or tar file to look at, not ${args.operands.length}`);
  const out = args.text('out');
  const source = await openImages(path);
  if (out !== undefined) await makeFolder(out);
  await startBackend('wasm');

  const inspection = await inspectWithProgress(source, args, terminal);
  if (out !== undefined) await writeReport(out, source, inspection);
  warn(inspection, terminal);
  const counts = Object.fromEntries(countsOf(inspection));
  if (args.switched('json')) writeJsonLine(terminal.stdout, { ...inspection, counts });
  else terminal.stdout.write(reportText(inspection, path));
  return EXIT.done;
}
