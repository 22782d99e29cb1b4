import { BackendError, CheckpointError } from 'polyhue';

/** An element of the page that is there. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as querySelector itself
export function element<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (found === null) throw new Error(`There is no ${selector} on the page`);
  return found;
}

/** Draws a bitmap on a canvas as large as it is. */
export function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('bitmaprenderer')!.transferFromImageBitmap(bitmap);
}

/** How far something is, for a line that screen readers say aloud: in tens. */
export const tens = (share: number): string => percent(Math.floor(share * 10) / 10);

export const percent = (share: number | null): string => `${Math.round((share ?? 0) * 100)} %`;

/** Offers a file for download. */
export function offer(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The lines of a panel that say what happens and what went wrong. */
export interface Notes {
  /** Says what happens, for eyes and for screen readers. */
  readonly say: (text: string) => void;
  /** Runs `body`; what goes wrong is shown, with a button to try again where a model did not come or a backend failed, and the page goes on. */
  readonly attempt: (body: () => Promise<void>, again?: () => void) => Promise<void>;
}

/** Finds the notes of a panel by their selectors. */
export function notes(statusSelector: string, alertSelector: string): Notes {
  const [status, alert] = [element(statusSelector), element(alertSelector)];
  const [text, retry] = [element('p', alert), element<HTMLButtonElement>('button', alert)];
  let tryAgain: (() => void) | undefined;
  retry.addEventListener('click', () => tryAgain?.());
  const say = (now: string): void => void (status.textContent = now);
  const warn = (error: unknown, again: (() => void) | undefined): void => {
    alert.hidden = false;
    text.textContent = error instanceof Error ? error.message : String(error);
    const mayPass = error instanceof CheckpointError || error instanceof BackendError;
    retry.hidden = again === undefined || !mayPass;
    tryAgain = again;
  };
  return {
    say,
    attempt: async (body, again) => {
      alert.hidden = true;
      try {
        await body();
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') return;
        say('');
        warn(error, again);
      }
    },
  };
}

/** Files that are dropped on a panel, those in folders among them. */
async function droppedFiles({ items, files }: DataTransfer): Promise<File[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory === true)) return [...files];
  const found = await Promise.all(entries.map(async (entry) => (entry === null ? [] : filesIn(entry))));
  return found.flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // Folders are read in parts.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return (await Promise.all(all.map(filesIn))).flat();
    all.push(...part);
  }
}

/** Calls `onFiles` with what is chosen by inputs of a panel, dropped anywhere while it is shown, or pasted. */
export function listenToFiles(
  panel: HTMLElement,
  inputs: readonly string[],
  onFiles: (files: readonly File[]) => void,
): void {
  const drop = element('[data-drop]', panel);
  const take = (files: readonly File[]): void => {
    if (files.length > 0 && !panel.hidden) onFiles(files);
  };
  for (const selector of inputs) {
    const input = element<HTMLInputElement>(selector, panel);
    input.addEventListener('change', () => {
      take([...(input.files ?? [])]);
      input.value = ''; // So that the same file can be chosen again.
    });
  }
  document.addEventListener('paste', (event) => take([...(event.clipboardData?.files ?? [])]));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  document.addEventListener('dragleave', () => drop.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    if (event.dataTransfer !== null && !panel.hidden) void droppedFiles(event.dataTransfer).then(take);
  });
}
