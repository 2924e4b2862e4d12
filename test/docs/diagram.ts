import { instance } from '@viz-js/viz';
import { openStates, type State, states, stateWords } from '../../src/ticket/states.ts';
import { type Asker, type Landing, type Row, table } from '../../src/ticket/table.ts';

/*
 * The picture of the state machine, made from its table.
 */

/** Who moves a ticket along an arrow, as the picture shows it. */
type Mover = 'person' | 'agent' | 'signalbox';

const moverOf: Record<Asker, Mover> = {
  triage: 'person',
  write: 'person',
  worker: 'agent',
  scheduler: 'signalbox',
  gate: 'signalbox',
  engine: 'signalbox',
};

/** The states that a row may lead to from another; none where it changes no state, or is named elsewhere. */
function landings(from: State | Frame, to: Landing): State[] {
  const places: Partial<Record<Landing, State[]>> = {
    same: [],
    'as signalled': [],
    'next phase': ['todo', 'review', 'done'],
    retry: ['todo', 'blocked'],
  };
  return (places[to] ?? [to as State]).filter((state) => state !== from);
}

/** An arrow out of most of a frame is one, from the frame. */
interface Arrow {
  from: State | Frame;
  to: State;
  mover: Mover;
  requests: Set<string>;
}

const frames = { open: openStates, closed: states.filter((state) => !openStates.includes(state)) };
type Frame = 'open' | 'closed';
const isFrame = (from: State | Frame): from is Frame => from in frames;

function origins({ from, to }: Row): readonly (State | Frame)[] {
  const frame = (['open', 'closed'] as const).find((name) => {
    const leaves = !frames[name].includes(to as State) && !['same', 'next phase', 'retry'].includes(to);
    return (
      leaves &&
      frames[name].filter((state) => from.includes(state)).length >= Math.min(4, frames[name].length)
    );
  });
  return frame ? [frame] : from;
}

function arrows(): Arrow[] {
  const all = new Map<string, Arrow>();
  for (const row of table) {
    const mover = moverOf[row.by];
    for (const from of origins(row))
      for (const to of landings(from, row.to)) {
        const key = `${from} ${to} ${mover}`;
        const arrow = all.get(key) ?? { from, to, mover, requests: new Set() };
        all.set(key, arrow);
        arrow.requests.add(stateless(row.request));
      }
  }
  return [...all.values()];
}

const stateless = (request: string): string => request.replaceAll('_', ' ');

function dot(): string {
  const node = (state: State) => `"${state}" [label="${stateWords(state)}"]`;
  const edges = arrows().map(({ from, to, mover, requests }) => {
    const label = [...requests].join(',\\n');
    const tail = isFrame(from) ? frames[from].at(-1) : from;
    const frame = isFrame(from) ? ` ltail=cluster_${from}` : '';
    return `"${tail}" -> "${to}" [label="${label}" class="${mover}"${frame}]`;
  });
  const cluster = (name: Frame) =>
    `subgraph cluster_${name} { label="${name}" style=rounded ${frames[name].map(node).join('; ')} }`;
  return `digraph {
  graph [rankdir=LR compound=true nodesep=0.4 ranksep=0.8 bgcolor=transparent fontname="Helvetica" fontsize=12]
  node [shape=box style=rounded fontname="Helvetica" fontsize=14 height=0.5]
  edge [fontname="Helvetica" fontsize=10 arrowsize=0.7]
  ${cluster('open')}
  ${cluster('closed')}
  ${edges.join('\n  ')}
}`;
}

const look = `<style>
    text { font-family: ui-sans-serif, system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; fill: #1f2328 }
    .node path, .node polygon { stroke: #57606a; fill: #f6f8fa }
    .cluster path { stroke: #d0d7de }
    .person path { stroke: #0969da } .person polygon { stroke: #0969da; fill: #0969da } .person text { fill: #0969da }
    .agent path { stroke: #1a7f37 } .agent polygon { stroke: #1a7f37; fill: #1a7f37 } .agent text { fill: #1a7f37 }
    .signalbox path { stroke: #57606a } .signalbox polygon { stroke: #57606a; fill: #57606a } .signalbox text { fill: #57606a }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .node path, .node polygon { stroke: #9198a1; fill: #161b22 }
      .cluster path { stroke: #3d444d }
      .person path { stroke: #4493f8 } .person polygon { stroke: #4493f8; fill: #4493f8 } .person text { fill: #4493f8 }
      .agent path { stroke: #3fb950 } .agent polygon { stroke: #3fb950; fill: #3fb950 } .agent text { fill: #3fb950 }
      .signalbox path { stroke: #9198a1 } .signalbox polygon { stroke: #9198a1; fill: #9198a1 } .signalbox text { fill: #9198a1 }
    }
  </style>`;

/** The picture, as SVG: in the reader's own light or dark. */
export async function stateDiagram(): Promise<string> {
  const drawn = (await instance()).renderString(dot(), { format: 'svg' });
  const from = drawn.indexOf('<svg');
  return drawn
    .slice(from)
    .replace(
      /<svg width="[^"]*" height="[^"]*"\s+/,
      '<svg role="img" aria-label="The states of a ticket, and what leads from one to another" ',
    )
    .replace(/<!--.*?-->\n?/gs, '')
    .replace('>\n', `>\n  ${look}\n`);
}
