import type { Proof } from '../proof.ts';

/** What its test writes. */
interface BalanceLine {
  readonly weights: readonly number[];
  readonly victim: number;
  readonly callers: number;
  readonly backMs: number;
  readonly elapsedMs: number;
  readonly looksMs: number;
  readonly phases: readonly {
    readonly phase: 'all' | 'dead' | 'returning' | 'back';
    readonly calls: number;
    readonly shares: readonly number[];
    readonly failedOver: number;
    readonly interrupted: number;
    readonly failed: number;
  }[];
}

const TITLES: Readonly<Record<BalanceLine['phases'][number]['phase'], string>> = {
  all: 'all three live',
  dead: 'killed while calls are in flight',
  returning: 'started again, not yet found',
  back: 'found by a look',
};

/** The share of each server beside the one its weight gives it among those that live. */
function cellsOf({ weights, victim }: BalanceLine, { phase, shares }: BalanceLine['phases'][number]): string[] {
  const answered = shares.reduce((sum, count) => sum + count, 0);
  const isAlive = (place: number): boolean => place !== victim || phase === 'all' || phase === 'back';
  const total = weights.reduce((sum, weight, place) => sum + (isAlive(place) ? weight : 0), 0);
  return weights.map((weight, place) => {
    const exact = isAlive(place) ? (answered * weight) / total : 0;
    return `${shares[place] ?? 0} (${exact.toFixed(1)})`;
  });
}

function describeBalance(told: readonly unknown[], verdict: string): string {
  const line = told.at(-1) as BalanceLine;
  const { weights, callers, backMs, elapsedMs, looksMs, phases } = line;
  const sum = (count: (phase: BalanceLine['phases'][number]) => number): number =>
    phases.reduce((total, phase) => total + count(phase), 0);
  const rows = phases.map((phase) => {
    const { calls, failedOver, interrupted, failed } = phase;
    const cells = [TITLES[phase.phase], calls, ...cellsOf(line, phase), failedOver, interrupted, failed];
    return `| ${cells.join(' | ')} |`;
  });
  const servers = weights.map((weight) => `weight ${weight}`);
  const head = `| the first server | calls | ${servers.join(' | ')} | by another server | broke off | failed |`;
  const calls = sum((phase) => phase.calls);
  return `# Several servers of one model

${verdict}

Three servers of one model, each a process of its own, with weights ${weights.join(':')}; ${callers} callers ask without a pause,
every third time as a stream. The first server is killed while calls are in flight, and started again at the
same address. ${calls} calls in ${(elapsedMs / 1_000).toFixed(1)} s, of which ${sum((phase) => phase.failed)} failed. A stream that had shown words when its server
died ends as an interruption, since nothing is ever shown twice; such streams: ${sum((phase) => phase.interrupted)}. What the dead
server had not begun to show was answered by another one: ${sum((phase) => phase.failedOver)} calls.

${head}
| --- | ---: |${weights.map(() => ' ---: |').join('')} ---: | ---: | ---: |
${rows.join('\n')}

In brackets: the exact share of the weights of those that live. Calls count where they were begun. The server was found
${Math.round(backMs)} ms after it had started; a look is due every ${looksMs} ms here (30 s by default), and no call was spent on trying it.
`;
}

/** Calls are shared out by weight, and the death of a server costs no answer. */
export const proof: Proof = {
  project: 'faults',
  test: 'test/faults/balance',
  file: 'balance.md',
  describe: describeBalance,
};
