import type { SystemName } from './paintSystems.js';

/** What systems are called in tables and plots. */
export const SYSTEM_LABELS: Readonly<Record<SystemName, string>> = {
  model: 'model',
  grey: 'grey',
  meanColor: 'mean color',
  meanColorField: 'mean color field',
  meanByLightness: 'mean by lightness',
  prior: 'plain prior',
  priorCenters: 'plain prior, k-means',
  reconstruction: 'reconstruction',
};
