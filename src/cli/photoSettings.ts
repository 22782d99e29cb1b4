import { createHash } from 'node:crypto';

import type { ImageTone } from '../data/colorStatistics.js';
import type { ColorizeOptions } from '../inference/colorizer.js';
import { DEFAULT_QUALITY, FORMAT_ENDINGS, OUTPUT_FORMATS, type OutputFormat } from '../node/encodeImage.js';
import { choice, numberBetween, type ParsedArguments, UsageError } from './arguments.js';
import type { PhotoRecipe } from './photoRecord.js';

/** The files that results are written to, as plain data. */
export interface FileSettings {
  readonly format: OutputFormat;
  /** Of formats that lose something; `null` for PNG. */
  readonly quality: number | null;
  readonly keepMetadata: boolean;
  readonly sheet: boolean;
}

/** How photos are colored and where their results go, as plain data. */
export interface PhotoSettings {
  readonly options: ColorizeOptions;
  readonly files: FileSettings;
  readonly out: string;
  /** Whether the photos are the frames of a clip. */
  readonly sequence: boolean;
  /** SHA-256 of the manifest of the model; with features, that of theirs after it. */
  readonly model: string;
  /** Where the model came from, for people. */
  readonly modelName: string;
}

/** Options of the command that say how results are written. */
export const FILE_OPTIONS = {
  format: { value: 'NAME', description: 'png, jpeg or webp (default: png)' },
  quality: { value: 'N', description: 'of jpeg and webp, 1 to 100 (default: 90)' },
  'keep-metadata': { description: 'keep EXIF and XMP of the photo: camera, time, place, author' },
  sheet: { description: 'write NAME.sheet.png too: the grey photo and its results side by side' },
} as const;

/** What `--format`, `--quality`, `--keep-metadata` and `--sheet` ask for. */
export function fileSettings(args: ParsedArguments): FileSettings {
  const format = choice(args, 'format', OUTPUT_FORMATS) ?? 'png';
  const quality = numberBetween(1, 100)(args, 'quality');
  if (format === 'png' && quality !== undefined)
    throw new UsageError("Give '--quality' with '--format jpeg' or '--format webp': PNG is lossless");
  return {
    format,
    quality: format === 'png' ? null : (quality ?? DEFAULT_QUALITY),
    keepMetadata: args.switched('keep-metadata'),
    sheet: args.switched('sheet'),
  };
}

/** What may come after the name of a photo, besides `".json"`. */
export function resultEndings({ options, files }: Omit<PhotoSettings, 'model' | 'modelName'>): string[] {
  const results = Array.from(
    { length: options.count ?? 1 },
    (_, i) => `.${i + 1}${FORMAT_ENDINGS[files.format]}`,
  );
  return files.sheet ? [...results, '.sheet.png'] : results;
}

const hashOf = (data: NodeJS.ArrayBufferView): string => createHash('sha256').update(data).digest('hex');

/** All that decides what results look like, besides the photo; pictures are told by their hashes. */
export function recipeOf({ options, files, model, sequence }: PhotoSettings): PhotoRecipe {
  const { reference, lock, ...others } = options;
  const pictures = {
    ...(reference && { reference: hashOf(reference.data) }),
    ...(lock && {
      lock: { region: lock.region, colors: hashOf(Float32Array.from(lock.result.colorField.values)) },
    }),
  };
  return { model, options: { ...others, ...pictures, ...files, sequence } };
}

const TONES: Readonly<Record<Exclude<ImageTone, 'grey'>, string>> = {
  color: 'is in color',
  sepia: 'is brown, as old prints are',
  tinted: 'is tinted',
};

/** What is said of a photo that is not grey; `undefined` of one that is. */
export function toneNote(input: string, tone: ImageTone): string | undefined {
  return tone === 'grey' ? undefined : `"${input}" ${TONES[tone]}: made grey first`;
}
