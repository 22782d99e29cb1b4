import { describe, expect, it } from 'vitest';

import { axisOf, lineChart } from '../../../src/evaluation/report/lineChart.js';

const OPTIONS = { title: 'T', xLabel: 'x', yLabel: 'y' };
const points = [
  { x: 1, y: 0.5, interval: [0.4, 0.6] as const },
  { x: 2, y: 0.25, interval: [0.2, 0.3] as const },
];

describe('axisOf()', () => {
  it('goes from one round number to another', () => {
    const { from, to, ticks } = axisOf([0.013, 0.097]);
    expect([from, to]).toEqual([0, 0.1]);
    expect(ticks.map((tick) => tick.toFixed(2))).toEqual(['0.00', '0.02', '0.04', '0.06', '0.08', '0.10']);
    expect(axisOf([-3, 42])).toEqual({ from: -10, to: 50, ticks: [-10, 0, 10, 20, 30, 40, 50] });
  });

  it('has one step at least for equal values, and whole steps for whole numbers', () => {
    for (const value of [0, 7, -0.2]) {
      const { from, to } = axisOf([value, value]);
      expect(to).toBeGreaterThan(from);
      expect(from).toBeLessThanOrEqual(value + 1e-12);
      expect(to).toBeGreaterThanOrEqual(value - 1e-12);
    }
    expect(axisOf([1, 5], true)).toEqual({ from: 1, to: 5, ticks: [1, 2, 3, 4, 5] });
    expect(axisOf([1], true)).toEqual({ from: 1, to: 2, ticks: [1, 2] });
  });
});

describe('lineChart()', () => {
  it('draws each line with its interval, inside the plot, and names it', () => {
    const chart = lineChart([{ name: 'model', color: 1, points }], OPTIONS);
    const [, places] = /<polyline class="line s1" points="([^"]*)"/.exec(chart)!;
    // y from 0.2 to 0.6 over 12 to 256, x from 1 to 2 over 56 to 466.
    expect(places).toBe('56,73 466,225.5');
    expect(chart).toContain('<polygon class="band s1" points="56,12 466,195 466,256 56,134"/>');
    expect(chart).toContain('aria-label="T"');
    expect(chart).toMatch(/<\/svg>model<\/li>/);
    expect(chart).not.toContain('NaN');
  });

  it('escapes what it is given', () => {
    const chart = lineChart([{ name: '<b>&"', color: 1, points }], { ...OPTIONS, title: '"><script>' });
    expect(chart).not.toMatch(/<b>|<script>/);
    expect(chart).toContain('&lt;b&gt;&amp;&quot;');
  });

  it('is nothing without points', () => {
    expect(lineChart([{ name: 'model', color: 1, points: [] }], OPTIONS)).toBe('');
  });
});
