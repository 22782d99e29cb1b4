/**
 * Diverse image colorization: color, models, losses, training and inference, on whichever TensorFlow.js backend runs.
 *
 * @module polyhue
 */

export { BackendError, CheckpointError, ImageError, ShapeError, TrainingError } from './errors.js';
export {
  deriveSeed,
  randomGenerator,
  randomNormal,
  randomUniform,
  seedSequence,
  shuffledIndices,
} from './random.js';
export type { RandomGenerator, RandomTensorOptions, SeedSequence } from './random.js';
export type { CheckpointReader, CheckpointStore, StoreReadOptions } from './checkpoint/checkpointStore.js';
export { httpStore, type HttpStoreOptions } from './checkpoint/httpStore.js';
export { hasCheckpoint, loadCheckpoint } from './checkpoint/loadCheckpoint.js';
export type { LoadCheckpointOptions, LoadProgress } from './checkpoint/loadCheckpoint.js';
export { memoryStore, type MemoryStore } from './checkpoint/memoryStore.js';
export { saveCheckpoint, type Checkpoint, type SaveCheckpointOptions } from './checkpoint/saveCheckpoint.js';
export { readTensors, tensorFrom, type TensorData } from './checkpoint/tensorData.js';
export { cachedSource, type CachedSourceOptions } from './data/cachedSource.js';
export { COLOR_BINS, COLOR_BIN_SIZE, nearestColorBin, type ColorBin } from './data/colorBins.js';
export { fitColorComponents } from './data/colorComponents.js';
export type { ColorComponents, FitColorComponentsOptions } from './data/colorComponents.js';
export { measureColorPrior, smoothColorPrior, type SmoothColorPriorOptions } from './data/colorPrior.js';
export { centerCrop, cropImages, randomCrop } from './data/crop.js';
export type { CropWindow, ImageSize, RandomCropOptions } from './data/crop.js';
export { centerCropTransform, randomCropTransform } from './data/cropTransform.js';
export type { CenterCropTransformOptions, RandomCropTransformOptions } from './data/cropTransform.js';
export { findGreyImages, type FindGreyImagesOptions } from './data/findGreyImages.js';
export type { ImageTone } from './data/colorStatistics.js';
export { imageTone } from './data/imageTone.js';
export type { RasterImage } from './data/image.js';
export { imageDataset } from './data/imageDataset.js';
export type {
  ExampleContext,
  ImageBatch,
  ImageDataset,
  ImageDatasetOptions,
  ImageTransform,
} from './data/imageDataset.js';
export { excludeImages, memorySource, selectImages } from './data/imageSource.js';
export type { ImageSource, ReadOptions } from './data/imageSource.js';
export { IMAGENET_COLOR_PRIOR } from './data/imagenetColorPrior.js';
export { joinLightness } from './data/joinLightness.js';
export { clipToGamut, labToRgb, rgbToLab, rgbToLightness } from './data/lab.js';
export {
  COLOR_FIELD_SCALE,
  GREY_LEVEL_SCALE,
  abToColorField,
  colorFieldToAb,
  greyLevelToLightness,
  labToNetwork,
  lightnessToGreyLevel,
  networkToLab,
} from './data/networkColor.js';
export type { NetworkColors } from './data/networkColor.js';
export type { PaintOptions } from './data/paintColors.js';
export { encodePng } from './data/png.js';
export { pixelWeights, rarityWeights } from './data/rarityWeights.js';
export type { RarityMode, RarityWeightsOptions } from './data/rarityWeights.js';
export { rasterToTensor, tensorToRaster } from './data/rasterTensor.js';
export type { UnreadableImage, UnreadablePolicy } from './data/readableImages.js';
export { interpolationMatrix, resizeImage } from './data/resize.js';
export type { InterpolationOptions, ResizeOptions } from './data/resize.js';
export { shrinkImage } from './data/shrinkImage.js';
export { splitSource, type SourceSplit, type SplitOptions } from './data/splitSource.js';
export { toGrey } from './data/toGrey.js';
export { gaussianLogProbability, reparameterize } from './distributions/diagonalGaussian.js';
export type { DiagonalGaussian } from './distributions/diagonalGaussian.js';
export { gaussianDivergence } from './distributions/gaussianDivergence.js';
export { mixtureLogProbability, mixtureResponsibilities } from './distributions/gaussianMixture.js';
export type { GaussianMixture } from './distributions/gaussianMixture.js';
export { mixtureModes, type MixtureModes, type MixtureModesOptions } from './distributions/mixtureModes.js';
export { mixtureEntropyBound, mixtureMean, mixtureVariance } from './distributions/mixtureMoments.js';
export { sampleMixture } from './distributions/sampleMixture.js';
export type { MixtureSamples, SampleMixtureOptions } from './distributions/sampleMixture.js';
export { colorVaeLoss } from './losses/colorVaeLoss.js';
export type { ColorVaeLoss, ColorVaeLossInputs, ColorVaeLossOptions } from './losses/colorVaeLoss.js';
export { freeBits, type FreeBitsOptions } from './losses/freeBits.js';
export { gradientDifference, type GradientDifferenceOptions } from './losses/gradientDifference.js';
export { klDivergence } from './losses/klDivergence.js';
export { mahalanobis, type PrincipalComponents } from './losses/mahalanobis.js';
export { mixtureDensityLoss } from './losses/mixtureDensityLoss.js';
export type {
  LatentTarget,
  MixtureDensityLoss,
  MixtureDensityLossOptions,
  MixtureLossForm,
} from './losses/mixtureDensityLoss.js';
export { mixtureNegativeLogLikelihood } from './losses/mixtureNegativeLogLikelihood.js';
export { nearestComponentLoss, nearestComponentTerms } from './losses/nearestComponentLoss.js';
export type { NearestComponentOptions, NearestComponentTerms } from './losses/nearestComponentLoss.js';
export { posteriorComponentLoss, posteriorComponentTerms } from './losses/posteriorComponentLoss.js';
export type { PosteriorComponentOptions, PosteriorComponentTerms } from './losses/posteriorComponentLoss.js';
export { weightedL1, weightedNorm, weightedSquaredError } from './losses/reconstruction.js';
export {
  activate,
  applyLayer,
  convolution,
  convolutionUnit,
  encoderLevels,
  normalization,
  refine,
  symmetricPadding,
} from './models/blocks.js';
export type { Block, ConvolutionOptions } from './models/blocks.js';
export {
  colorVae,
  decodeLatents,
  encodeColorField,
  encodeGreyLevel,
  forwardColorVae,
} from './models/colorVae.js';
export type {
  ColorVae,
  ColorVaeInput,
  ColorVaeOptions,
  ColorVaeOutput,
  ForwardOptions,
} from './models/colorVae.js';
export {
  colorizerModels,
  disposeColorizerModels,
  loadColorizerModels,
  saveColorizerModels,
} from './models/colorizerModels.js';
export type {
  ColorizerConfigs,
  ColorizerModels,
  ColorizerModelsOptions,
  LoadedColorizerModels,
  SaveColorizerModelsOptions,
} from './models/colorizerModels.js';
export type {
  BlockStyle,
  ColorVaeConfig,
  DecoderConfig,
  DeviationConfig,
  EncoderConfig,
  Initialization,
  MixtureDensityNetworkConfig,
  MixtureInputConfig,
  NormalizationConfig,
  TrunkConvolutionConfig,
} from './models/config.js';
export { countOperations, countParameters } from './models/count.js';
export { GroupNormalization, groupNormalization } from './models/layers/groupNormalization.js';
export type {
  GroupNormalizationLayerArgs,
  GroupNormalizationOptions,
} from './models/layers/groupNormalization.js';
export { BoundedLogStdDevs, FixedLogStdDevs } from './models/layers/logStdDevs.js';
export type { BoundedLogStdDevsLayerArgs, FixedLogStdDevsLayerArgs } from './models/layers/logStdDevs.js';
export { SeededDropout } from './models/layers/seededDropout.js';
export type { CallOptions, SeededDropoutLayerArgs } from './models/layers/seededDropout.js';
export { UPSAMPLE_METHODS, Upsample, upsample } from './models/layers/upsample.js';
export type { UpsampleLayerArgs, UpsampleMethod } from './models/layers/upsample.js';
export { mixtureDensityNetwork, predictMixture } from './models/mixtureDensityNetwork.js';
export type { MixtureDensityNetwork, MixtureDensityNetworkOptions } from './models/mixtureDensityNetwork.js';
export { COLOR_VAE_PRESETS, MIXTURE_PRESETS, MODEL_PRESETS, type ModelPreset } from './models/presets.js';
export { assignWeights, namedWeights, type NamedWeights } from './models/weights.js';
export { loadFeatureNetwork } from './models/featureNetwork.js';
export type { FeatureNetwork } from './models/featureNetwork.js';
export { ZHANG_BLOCKS, zhangFeatures } from './models/zhangFeatures.js';
export type { FeatureBlock, ZhangFeaturesOptions } from './models/zhangFeatures.js';
export type {
  EndReason,
  TrainingCallback,
  TrainingEnd,
  TrainingProgress,
  TrainingRun,
} from './training/callbacks/callback.js';
export { csvLogger, type CsvLoggerOptions } from './training/callbacks/csvLogger.js';
export { jsonLinesLogger } from './training/callbacks/jsonLinesLogger.js';
export { saveSnapshots, type SaveSnapshotsOptions } from './training/callbacks/saveSnapshots.js';
export type { Sink } from './training/callbacks/sink.js';
export { tensorBoardLogger, type TensorBoardLoggerOptions } from './training/callbacks/tensorBoardLogger.js';
export type { EarlyStoppingConfig, TrainingConfig, ValidationConfig } from './training/config.js';
export { colorExamples, mixtureExamples } from './training/examples.js';
export type {
  ColorExamples,
  ColorExamplesOptions,
  MixtureExamples,
  MixtureExamplesOptions,
} from './training/examples.js';
export { clipByGlobalNorm, type ClippedGradients, type LossGradients } from './training/gradients.js';
export { adam, adamW, type AdamOptions, type AdamWOptions } from './training/optimizers/adam.js';
export type {
  Optimizer,
  OptimizerConfig,
  OptimizerFactory,
  OptimizerUpdate,
} from './training/optimizers/optimizer.js';
export { sgd, type SgdOptions } from './training/optimizers/sgd.js';
export type { EarlyStoppingOptions, TrainingOptions, ValidationOptions } from './training/options.js';
export { overfitBatches } from './training/overfitBatches.js';
export type { LearningRateSchedule } from './training/schedules/learningRate.js';
export { plateauSchedule } from './training/schedules/plateau.js';
export type { PlateauSchedule, PlateauScheduleOptions, PlateauState } from './training/schedules/plateau.js';
export {
  constantSchedule,
  cosineSchedule,
  cyclicalAnnealing,
  linearAnnealing,
  oneCycleSchedule,
} from './training/schedules/schedule.js';
export type {
  AnnealingOptions,
  ConstantSchedule,
  CosineSchedule,
  CosineScheduleOptions,
  CyclicalAnnealingOptions,
  CyclicalSchedule,
  LinearSchedule,
  OneCycleSchedule,
  OneCycleScheduleOptions,
  Schedule,
} from './training/schedules/schedule.js';
export { scheduleValue } from './training/schedules/scheduleValue.js';
export type { FinalWeights } from './training/session.js';
export type { TrainingSnapshot } from './training/snapshot.js';
export type {
  BestValidation,
  EpochRecord,
  LossValues,
  TrainingHistory,
  TrainingState,
  ValidationRecord,
} from './training/state.js';
export type { LossParts, StepContext, TrainingData, TrainingTask } from './training/task.js';
export { train, type TrainingResult } from './training/train.js';
export { colorVaeTask, trainColorVae } from './training/trainColorVae.js';
export type { ColorVaeTaskOptions, TrainColorVaeOptions } from './training/trainColorVae.js';
export { trainColorizer } from './training/trainColorizer.js';
export {
  colorMixtureTask,
  mixtureTask,
  trainMixtureDensityNetwork,
} from './training/trainMixtureDensityNetwork.js';
export type {
  MixtureTaskOptions,
  TrainMixtureDensityNetworkOptions,
} from './training/trainMixtureDensityNetwork.js';
export type { NamedTensors, NamedVariables } from './training/variables.js';
export type { WeightAverage, WeightAverageConfig, WeightAverageOptions } from './training/weightAverage.js';
export type {
  GradientPool,
  PreparedUpdate,
  ScaledUpdate,
  SharedUpdates,
  TrainingWorkers,
  UpdateRules,
} from './training/workers/pool.js';
export type {
  ColorVaeLossRecipe,
  ColorVaeRecipe,
  MixtureRecipe,
  TaskRecipe,
} from './training/workers/recipe.js';
export type { TrainColorizerOptions, TrainingStage } from './training/colorizerOptions.js';
export type { LatentMode } from './inference/chooseLatents.js';
export type { Colorization, LatentChoice } from './inference/colorization.js';
export { colorizer, loadColorizer } from './inference/colorizer.js';
export type { ColorizerOptions } from './inference/encodePhoto.js';
export type { ColorizerEngine, EngineMixture } from './inference/engine.js';
export type { ColorizeOptions, ColorizeProgress, Colorizer } from './inference/colorizer.js';
export { colorizeSequence, type SequenceFrame, type SequenceOptions } from './inference/colorizeSequence.js';
export { contactSheet, type ContactSheetOptions, type ContactSheetTile } from './inference/contactSheet.js';
export { interpolateLatents } from './inference/interpolateLatents.js';
export type {
  ColorHint,
  ColorLock,
  ColorWishes,
  FieldWishes,
  Rectangle,
  RgbBytes,
  WishErrors,
} from './inference/steering/wishes.js';
export { paintPhoto, type PaintPhotoOptions, type Upsampling } from './inference/paintPhoto.js';
export type { AdapterReport } from './backends/adapter.js';
export { registeredCandidates, type BackendCandidate } from './backends/candidates.js';
export { pickBackend } from './backends/pickBackend.js';
export type { PickBackendOptions, SkippedBackend, StartedBackend } from './backends/pickBackend.js';
export { BACKEND_TASKS, type BackendTask } from './backends/selfCheck.js';
