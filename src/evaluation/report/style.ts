/** The style sheet of the report: light or dark as the reader's system is, always light on paper. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1e21; --soft: #5f6670; --rule: #dcdfe4; --tint: #f4f5f7;
  --s1: #0b62c4; --s2: #c2540a; --s3: #23803a; --s4: #7a3db0; --s5: #6b7280; --s6: #b4205f; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e8eaed; --soft: #a2a9b3; --rule: #34383e; --tint: #1f2226;
  --s1: #74b4ff; --s2: #ffab70; --s3: #7ddb92; --s4: #d0a2ff; --s5: #9aa3af; --s6: #ff8fbe; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 80rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.soft, figcaption { color: var(--soft); font-size: .875rem; }
.key { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.key li { flex: 1 1 10rem; padding: .75rem 1rem; background: var(--tint); border-radius: 8px; }
.key b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .8125rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .5rem; text-align: right; border-bottom: 1px solid var(--rule); vertical-align: top; white-space: nowrap; }
th { font-weight: 600; white-space: normal; } tbody th { min-width: 11rem; } thead th { vertical-align: bottom; } tr > :first-child { text-align: left; font-weight: normal; position: sticky; left: 0; background: var(--paper); }
td small { display: block; color: var(--soft); font-size: .6875rem; }
td.best { font-weight: 700; } td.best small { font-weight: normal; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; break-inside: avoid; }
.chart { width: 100%; height: auto; display: block; } .chart text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--rule); } .line { fill: none; stroke-width: 2; } .dashed { stroke-dasharray: 5 4; } .band { opacity: .16; }
.line.s1 { stroke: var(--s1); } .line.s2 { stroke: var(--s2); } .line.s3 { stroke: var(--s3); }
.line.s4 { stroke: var(--s4); } .line.s5 { stroke: var(--s5); } .line.s6 { stroke: var(--s6); }
:is(circle, .band).s1 { fill: var(--s1); } :is(circle, .band).s2 { fill: var(--s2); } :is(circle, .band).s3 { fill: var(--s3); }
:is(circle, .band).s4 { fill: var(--s4); } :is(circle, .band).s5 { fill: var(--s5); } :is(circle, .band).s6 { fill: var(--s6); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .25rem 0 0; padding: 0; list-style: none; font-size: .8125rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.planes { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1.5rem; max-width: 60rem; }
.plane { position: relative; aspect-ratio: 1; border: 1px solid var(--rule); border-radius: 4px; overflow: hidden;
  background: linear-gradient(var(--rule), var(--rule)) 50% / 1px 100% no-repeat, linear-gradient(var(--rule), var(--rule)) 50% / 100% 1px no-repeat; }
.plane img { width: 100%; height: 100%; display: block; image-rendering: pixelated; }
.plane span { position: absolute; color: var(--soft); font-size: .75rem; }
.plane .a { right: 4px; top: 50%; } .plane .b { left: calc(50% + 4px); top: 2px; }
.case { margin: 0 0 1rem; break-inside: avoid; }
.row { display: flex; gap: 6px; overflow-x: auto; padding-bottom: 2px; }
.tile { flex: 0 0 auto; width: 104px; font-size: .75rem; color: var(--soft); }
.tile img { width: 104px; height: 104px; display: block; border-radius: 4px; }
.tile.gap { margin-left: 14px; } .tile.best img { outline: 3px solid var(--s1); outline-offset: -3px; }
.tile.best { color: var(--ink); }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rule: #ccc; --tint: #f4f4f4;
  --s1: #0b62c4; --s2: #c2540a; --s3: #23803a; --s4: #7a3db0; --s5: #6b7280; --s6: #b4205f; }
  body { max-width: none; padding: 0; font-size: 11px; } table { font-size: 8px; } td small { font-size: 7px; }
  th, td { padding: .2rem .3rem; } .charts { grid-template-columns: 1fr 1fr; } .wide, .row { overflow: visible; }
  .planes { grid-template-columns: repeat(3, 1fr); } .tile, .tile img { width: 76px; } .tile img { height: 76px; }
  * { print-color-adjust: exact; } }
`;
