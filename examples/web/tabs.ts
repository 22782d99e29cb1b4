import { element } from './page.js';

/** Tabs by pointer and keyboard, as the ARIA pattern has them; returns a function that shows one of them. */
export function tabs(): (name: string) => void {
  const all = [...document.querySelectorAll<HTMLButtonElement>('[role=tab]')];
  const panelOf = (tab: HTMLButtonElement): HTMLElement => element(`#${tab.getAttribute('aria-controls')}`);
  const show = (chosen: HTMLButtonElement): void => {
    for (const tab of all) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      panelOf(tab).hidden = tab !== chosen;
    }
  };
  all.forEach((tab, i) => {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step === undefined) return;
      const next = all[(i + step + all.length) % all.length]!;
      show(next);
      next.focus();
    });
  });
  return (name) => show(element(`#tab-${name}`));
}
