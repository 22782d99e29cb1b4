import type { StartedBackend } from '../backends/pickBackend.js';
import type { WasmPaths } from '../browser/webWorkers.js';
import type { LoadProgress } from '../checkpoint/loadCheckpoint.js';
import type { ImageTone } from '../data/colorStatistics.js';
import type { RasterImage } from '../data/image.js';
import type { Colorization } from '../inference/colorization.js';
import type { ColorizeOptions, ColorizeProgress } from '../inference/colorizer.js';
import type { PaintPhotoOptions } from '../inference/paintPhoto.js';
import type { ColorWishes } from '../inference/steering/wishes.js';
import type { ColorVaeLossOptions } from '../losses/colorVaeLoss.js';
import type { SaveColorizerModelsOptions } from '../models/colorizerModels.js';
import type { TrainingProgress } from '../training/callbacks/callback.js';
import type { TrainColorizerOptions, TrainingStage } from '../training/colorizerOptions.js';
import type { ValidationRecord } from '../training/state.js';
import type { PackedError } from './packError.js';

/** Backends that a worker can start. */
export type WorkerBackend = 'webgpu' | 'wasm' | 'cpu';

/** A photo that a worker holds, by its number, or the pixels of one. */
export type SentPhoto = { readonly held: number } | RasterImage;

/** Options of `colorize` that can be posted. */
type SentOptions = Omit<ColorizeOptions, 'signal' | 'onProgress' | 'reference'> & {
  readonly reference?: SentPhoto;
};

/** Wishes that can be posted. */
export type SentWishes = Omit<ColorWishes, 'reference'> & Pick<SentOptions, 'reference'>;

/** A result without what makes pictures of it, and the number under which the worker holds that. */
export interface SentResult {
  readonly id: number;
  readonly result: Omit<Colorization, 'toRaster' | 'toTensor' | 'toImageData' | 'toPng'>;
}

/** How the pixels of a result are wanted. */
export type Rendering =
  | { readonly as: 'raster' | 'rgba' | 'png' }
  | { readonly as: 'bitmap'; readonly maxSide: number }
  | { readonly as: 'blob'; readonly type: string; readonly quality: number | undefined };

/** Which backend a worker starts. */
export interface BackendRequest {
  readonly backends: readonly WorkerBackend[];
  readonly wasmPaths: WasmPaths | null;
  readonly allowSoftware: boolean;
}

/** Options of `trainColorizer` that can be posted. */
export interface PostedTrainingOptions extends Omit<
  TrainColorizerOptions,
  | 'source'
  | 'validation'
  | 'transform'
  | 'validationTransform'
  | 'colorVaeLoss'
  | 'store'
  | 'workers'
  | 'callbacks'
  | 'signal'
> {
  /**
   * Form and factors of the color VAE's loss, all but beta.
   *
   * @defaultValue absolute differences alone
   */
  readonly colorVaeLoss?: Omit<ColorVaeLossOptions, 'beta' | 'components'>;
}

/** What a worker needs to train. */
export interface SentTraining {
  readonly backend: BackendRequest;
  readonly source: readonly Blob[];
  readonly validation: readonly Blob[];
  readonly options: PostedTrainingOptions;
  /** What messages call the store of the page, `null` where it has none. */
  readonly location: string | null;
}

/** A picture that is not trained on, and why. */
export interface LeftOutPicture {
  readonly name: string;
  readonly reason: 'unreadable' | 'grey';
}

/** What a run trains with. */
interface PreparedTraining {
  readonly backend: StartedBackend;
  readonly leftOut: readonly LeftOutPicture[];
}

/** How many pictures have been decoded. */
export interface PicturesProgress {
  readonly kind: 'pictures';
  readonly done: number;
  readonly total: number;
}

/** Where a stage stands after a step. */
export interface StepProgress extends TrainingProgress {
  readonly kind: 'step';
  readonly stage: TrainingStage;
}

/** What a validation has measured. */
export interface ValidationProgress extends ValidationRecord {
  readonly kind: 'validation';
  readonly stage: TrainingStage;
}

/** What each kind of request carries, what is told meanwhile, and what its answer is. */
export interface Calls {
  readonly open: {
    readonly request: {
      readonly backend: BackendRequest;
      readonly location: string;
      readonly maxBytes: number | undefined;
    };
    readonly progress: LoadProgress;
    readonly answer: StartedBackend;
  };
  readonly prepareTraining: {
    readonly request: SentTraining;
    readonly progress: PicturesProgress;
    readonly answer: PreparedTraining;
  };
  readonly train: {
    readonly request: null;
    readonly progress: StepProgress | ValidationProgress;
    readonly answer: null;
  };
  readonly pause: { readonly request: boolean; readonly progress: never; readonly answer: null };
  readonly save: {
    readonly request: SaveColorizerModelsOptions;
    readonly progress: never;
    readonly answer: ReadonlyMap<string, Uint8Array>;
  };
  readonly readPhoto: {
    readonly request: {
      readonly image: Blob | ImageBitmap;
      readonly maxPixels: number | undefined;
      readonly maxSide: number | undefined;
      readonly name: string;
    };
    readonly progress: never;
    readonly answer: {
      readonly held: number;
      readonly width: number;
      readonly height: number;
      readonly tone: ImageTone;
    };
  };
  readonly colorize: {
    readonly request: { readonly photos: readonly SentPhoto[]; readonly options: SentOptions };
    readonly progress: ColorizeProgress;
    readonly answer: readonly (readonly SentResult[])[];
  };
  readonly decode: {
    readonly request: {
      readonly photo: SentPhoto;
      readonly latents: readonly Float32Array[];
      readonly wishes: SentWishes;
    };
    readonly progress: never;
    readonly answer: readonly SentResult[];
  };
  readonly render: {
    readonly request: {
      readonly id: number;
      readonly rendering: Rendering;
      readonly options: PaintPhotoOptions;
    };
    readonly progress: never;
    readonly answer: RasterImage | Uint8Array<ArrayBuffer> | ImageBitmap | Blob;
  };
  readonly memory: { readonly request: null; readonly progress: never; readonly answer: WorkerMemory };
}

export type CallName = keyof Calls;

/** What a worker holds. */
export interface WorkerMemory {
  /** Tensors of TensorFlow.js, the weights of the networks among them. */
  readonly tensors: number;
  readonly tensorBytes: number;
  /** Photos that were read by `readPhoto`. */
  readonly photos: number;
  readonly results: number;
}

/** A message of the page. */
export type PageMessage =
  | { [Name in CallName]: PageCall<Name> }[CallName]
  /** The call is not wanted any more. */
  | { readonly kind: 'abort'; readonly call: number }
  /** What the worker asked for by `read`, or the end of what it asked for by `write`. */
  | {
      readonly kind: 'file';
      readonly ask: number;
      readonly bytes: Uint8Array | undefined;
      readonly error: PackedError | null;
    }
  | { readonly kind: 'fileProgress'; readonly ask: number; readonly loadedBytes: number }
  /** Nobody will ask for these any more. */
  | { readonly kind: 'release'; readonly photos: readonly number[]; readonly results: readonly number[] };

/** A request, by the number of the call. */
export interface PageCall<Name extends CallName> {
  readonly kind: 'call';
  readonly call: number;
  readonly name: Name;
  readonly request: Calls[Name]['request'];
}

/** A message of the worker. */
export type WorkerMessage =
  | { readonly kind: 'answer'; readonly call: number; readonly answer: Calls[CallName]['answer'] }
  | { readonly kind: 'failure'; readonly call: number; readonly error: PackedError }
  | {
      readonly kind: 'progress';
      readonly call: number;
      readonly progress: Calls[CallName]['progress'];
    }
  | StoreMessage;

/** What a worker asks of the store of its page. */
export type StoreMessage =
  /** A file of the checkpoint is needed. */
  | { readonly kind: 'read'; readonly ask: number; readonly name: string; readonly maxBytes: number }
  /** These are to be the files of the checkpoint. */
  | { readonly kind: 'write'; readonly ask: number; readonly files: ReadonlyMap<string, Uint8Array> };
