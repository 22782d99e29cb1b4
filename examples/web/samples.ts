import { COLOR_VAE_PRESETS } from 'polyhue';
import type { TrainingStage } from 'polyhue';
import type { WorkerPhoto, WorkerTraining } from 'polyhue/worker';

import { draw, element } from './page.js';

const MOST_PHOTOS = 5;
const SIDE_PIXELS = 112;
/** The middle of all codes: what the color VAE paints while no network predicts codes yet. */
const MIDDLE = new Float32Array(COLOR_VAE_PRESETS.tiny.latentDim);

const STAGE_NAMES = { colorVae: 'VAE', mixtureDensityNetwork: 'mixture' };

/** A table of photos as the networks paint them, a row more with each call of `paint`. */
export interface SampleTable {
  readonly open: (training: WorkerTraining, files: readonly File[]) => Promise<void>;
  readonly paint: (training: WorkerTraining, stage: TrainingStage, step: number) => Promise<void>;
}

async function cellOf(bitmap: ImageBitmap, label: string): Promise<HTMLTableCellElement> {
  const [cell, canvas] = [document.createElement('td'), document.createElement('canvas')];
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  draw(canvas, bitmap);
  cell.append(canvas);
  return cell;
}

function rowOf(title: string, cells: readonly HTMLTableCellElement[]): HTMLTableRowElement {
  const [row, head] = [document.createElement('tr'), document.createElement('th')];
  head.scope = 'row';
  head.textContent = title;
  row.append(head, ...cells);
  return row;
}

export function sampleTable(): SampleTable {
  const table = element('#samples');
  let photos: { readonly photo: WorkerPhoto; readonly name: string }[] = [];

  const paintOne = async (training: WorkerTraining, photo: WorkerPhoto, stage: TrainingStage) => {
    const results =
      stage === 'colorVae'
        ? await training.decode(photo, [MIDDLE])
        : await training.colorize(photo, { count: 1 });
    const bitmap = await results[0]!.toBitmap({ maxSide: SIDE_PIXELS });
    for (const result of results) result.release();
    return bitmap;
  };
  return {
    open: async (training, files) => {
      const cells: HTMLTableCellElement[] = [];
      photos = [];
      for (const file of files.slice(0, MOST_PHOTOS)) {
        const small = await createImageBitmap(file, {
          imageOrientation: 'from-image',
          resizeWidth: SIDE_PIXELS,
          resizeHeight: SIDE_PIXELS,
          resizeQuality: 'high',
        });
        photos.push({ photo: await training.readPhoto(small, { name: file.name }), name: file.name });
        cells.push(await cellOf(small, file.name));
      }
      table.replaceChildren(rowOf('photo', cells));
      element('#sample-rows').hidden = false;
    },
    paint: async (training, stage, step) => {
      const title = `${STAGE_NAMES[stage]} ${step}`;
      const cells: HTMLTableCellElement[] = [];
      for (const { photo, name } of photos)
        cells.push(await cellOf(await paintOne(training, photo, stage), `${name} at ${title}`));
      table.append(rowOf(title, cells));
    },
  };
}
