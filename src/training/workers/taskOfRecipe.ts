import { tensorFrom } from '../../checkpoint/tensorData.js';
import type { PrincipalComponents } from '../../losses/mahalanobis.js';
import { colorVae } from '../../models/colorVae.js';
import { mixtureDensityNetwork } from '../../models/mixtureDensityNetwork.js';
import { assignWeights, namedWeights } from '../../models/weights.js';
import type { TrainingTask } from '../task.js';
import { colorVaeTask } from '../trainColorVae.js';
import { colorMixtureTask, mixtureTask } from '../trainMixtureDensityNetwork.js';
import { mapValues } from '../variables.js';
import type { ColorVaeRecipe, MixtureRecipe, TaskRecipe } from './recipe.js';

function colorVaeTaskOf({ config, loss: { components, ...loss }, beta }: ColorVaeRecipe) {
  const vae = colorVae({ config });
  if (components === undefined) return colorVaeTask(vae, { loss, beta });
  const tensors = Object.fromEntries(mapValues(components, tensorFrom)) as unknown as PrincipalComponents;
  return colorVaeTask(vae, { loss: { ...loss, components: tensors }, beta });
}

function mixtureTaskOf({ config, loss, encoder }: MixtureRecipe) {
  const network = mixtureDensityNetwork({ config });
  if (encoder === undefined) return mixtureTask(network, { loss });
  const vae = colorVae({ config: encoder.config });
  assignWeights(namedWeights(vae.encoder), encoder.weights);
  return colorMixtureTask(network, vae, { loss });
}

/** The task of a recipe, with weights that are still to be given; its models live as long as the thread. */
export function taskOfRecipe(recipe: TaskRecipe): TrainingTask<unknown> {
  const task = recipe.kind === 'colorVae' ? colorVaeTaskOf(recipe) : mixtureTaskOf(recipe);
  return task as TrainingTask<unknown>;
}
