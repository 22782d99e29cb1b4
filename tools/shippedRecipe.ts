/** What the model that ships is trained on and how. */

/** A set of pictures that it is trained on. */
export interface DataSet {
  /** Its tar file is called `NAME-train.tar`. */
  readonly name: string;
  readonly content: string;
  readonly source: string;
  readonly terms: string;
}

export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'open64',
    content: '11,281 photos of garments, flowers and groceries',
    source:
      '[clothing-dataset](https://github.com/alexeygrigorev/clothing-dataset), TensorFlow flower_photos, ' +
      '[GroceryStoreDataset](https://github.com/marcusklasson/GroceryStoreDataset)',
    terms: 'CC0 1.0, CC BY 2.0, MIT',
  },
  {
    name: 'tinyimagenet64',
    content: '40,000 photos of 200 kinds of thing, a part of ImageNet',
    source: '[Tiny ImageNet](http://cs231n.stanford.edu/tiny-imagenet-200.zip), Stanford CS231n',
    terms: 'non-commercial research and education; the pictures belong to their owners',
  },
];

/** The data sets in a folder, as the command line takes them. */
export function dataPattern(folder: string): string {
  return `${folder}/{${DATA_SETS.map(({ name }) => name).join(',')}}-train.tar`;
}

/** Options of `polyhue train` that decide what comes out. */
export const TRAINING_OPTIONS =
  '--preset compactMap --beta 0.5 --epochs 2 --mixture-epochs 8 --anchor 0.1 --held-out 0.0195 --seed 0'.split(
    ' ',
  );

/** How the model that is in `checkpoints` came about, where the recipe alone does not say it. */
export const REMARKS = [
  'The model that is here was trained on one thread of wasm (`--backend wasm --workers 1`). More threads, or a GPU, round in another order and give other weights',
  'of the same kind.',
];
