/**
 * What the blocks of the pages may take for given: a fragment about `photo` need not say where it comes from. Blocks are modules, so
 * that what one declares or imports itself hides the name here. `runDocBlocks.ts` gives the same names their values.
 */
declare const tf: typeof import('@tensorflow/tfjs-core');
/** The photo that a page is about. */
declare const photo: import('polyhue').RasterImage;
declare const colorizer: import('polyhue').Colorizer;
declare const models: import('polyhue').ColorizerModels;
/** Pictures to train on. */
declare const source: import('polyhue').ImageSource;
/** What a user picked on a page. */
declare const file: File;
declare const files: readonly File[];
declare const canvas: { getContext(kind: '2d'): CanvasRenderingContext2D } & HTMLCanvasElement;
declare const input: HTMLInputElement;
/** What stops a run. */
declare const controller: AbortController;

/** Not among the packages that tests have. */
declare module '@tensorflow/tfjs-node';
