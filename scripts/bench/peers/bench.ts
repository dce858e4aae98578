import { FAULT_CELLS, MODES } from '../../../test/faults/cells.ts';
import type { Bench } from '../bench.ts';
import { listContestants, listVersions, type ConfigurationName, type Contestant, type Peer } from './contestants.ts';
import { runLane, WELL, type Case, type CaseResult } from './run-lane.ts';
import { describePeers } from './write-report.ts';

const LIMIT_MS = 10_000;
const QUICK_LIMIT_MS = 2_000;
const QUICK_CELLS = new Set(['cut', '400']);
/** Cases that wait do not disturb each other: what is patient by default runs several at once. */
const LANES: Readonly<Record<ConfigurationName, Readonly<Record<Peer, number>>>> = {
  defaults: { wooster: 3, langchain: 6, portkey: 2, litellm: 3 },
  best: { wooster: 1, langchain: 1, portkey: 2, litellm: 1 },
};

function casesOf(isQuick: boolean): Case[] {
  const cells = FAULT_CELLS.filter(
    ({ isAlone, notForPeers, wires = ['openai'] }) => !isAlone && notForPeers === undefined && wires.includes('openai'),
  ).filter(({ id }) => !isQuick || QUICK_CELLS.has(id));
  return [WELL, ...cells].flatMap((cell) =>
    (cell.modes ?? MODES).filter((mode) => !isQuick || mode === 'stream').map((mode) => ({ cell, mode })),
  );
}

/** Wooster and its peers on the same cells, each in processes of its own beside servers of its own. */
export const bench: Bench = async ({ isQuick, tell }) => {
  const cases = casesOf(isQuick);
  const limitMs = isQuick ? QUICK_LIMIT_MS : LIMIT_MS;
  const contestants = listContestants(!isQuick).filter(({ configuration }) => !isQuick || configuration === 'best');
  const results: CaseResult[] = [];
  const left = new Map<string, ReadonlySet<string>>();
  const begun = performance.now();
  const run = async (contestant: Contestant): Promise<void> => {
    if ('reason' in contestant.start) return;
    const work = {
      contestant,
      cases: [...cases],
      limitMs,
      onResult: (result: CaseResult) => void results.push(result),
    };
    const lanes = isQuick ? 1 : LANES[contestant.configuration][contestant.peer];
    const tried = await Promise.all(Array.from({ length: lanes }, () => runLane(work)));
    left.set(contestant.title, new Set(tried.flatMap((each) => [...each])));
    tell(`${contestant.title}: done after ${Math.round((performance.now() - begun) / 1000)} s`);
  };
  await Promise.all(contestants.filter(({ configuration }) => configuration === 'defaults').map(run));
  for (const contestant of contestants) if (contestant.configuration === 'best') await run(contestant);
  const seconds = (performance.now() - begun) / 1000;
  return describePeers({
    contestants,
    cases,
    results,
    left,
    limitMs,
    seconds,
    versions: listVersions(),
    on: new Date(),
  });
};
