/** Everything that the page looks like. Colours are tokens, light and dark; printed it is light. */
export const style = `
:root { color-scheme: light dark; --ink: #1d1b17; --faint: #5f5a50; --paper: #fffefb; --card: #f4f1ea; --line: #d9d3c6;
  --good: #1e6b3a; --busy: #2a5a94; --bad: #a3261d; --warn: #80550a; --rest: #857d6f }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #ece7dc; --faint: #b3ab9b; --paper: #16150f; --card: #222019; --line: #3b382e;
  --good: #7fcf98; --busy: #8db8f0; --bad: #f19a90; --warn: #e3b562; --rest: #8f8778 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.25rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; overflow-wrap: anywhere }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.15rem }
p { margin: .25rem 0 1rem } .faint { color: var(--faint) }
.verdict { margin: 1.25rem 0; font-size: 1.25rem; font-weight: 600 }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0 }
.tile { margin: 0; padding: .8rem 1rem; border-radius: .5rem; background: var(--card) }
.tile dt { color: var(--faint); font-size: .85rem } .tile dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums }
.tile dd small { display: block; color: var(--faint); font-size: .85rem; font-weight: 400 }
.bar { display: flex; height: .9rem; border-radius: .45rem; overflow: hidden; background: var(--card) } .bar span { display: block }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; padding: 0; list-style: none; color: var(--faint) }
.dot { display: inline-block; width: .7rem; height: .7rem; margin-right: .4rem; border-radius: 50% }
.good { background: var(--good) } .busy { background: var(--busy) } .bad { background: var(--bad) } .warn { background: var(--warn) } .rest { background: var(--rest) }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; margin: .5rem 0 0; font-size: .93rem }
th, td { padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { color: var(--faint); font-weight: 600; white-space: nowrap } th.number, td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td small { display: block; color: var(--faint) } tr { break-inside: avoid } thead { display: table-header-group }
td.state { white-space: nowrap } td.picture { width: 7rem } td.picture img { display: block; width: 6.4rem; height: 3.6rem; object-fit: cover; border-radius: .25rem }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .9rem }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt } .tile { border: 1px solid var(--line); background: none } .bar, .dot { print-color-adjust: exact; -webkit-print-color-adjust: exact } .scroll { overflow: visible } }
`;
