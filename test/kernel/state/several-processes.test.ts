import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { temporaryState } from './state-samples.ts';

const PROCESSES = 3;
const DECISIONS = 150;

let place: ReturnType<typeof temporaryState>;

beforeEach(() => {
  place = temporaryState();
});

afterEach(() => place.remove());

/** A program that writes decisions, their attempts and a switch, and prints every warning. */
function writerSource(): string {
  const modules = join(import.meta.dirname, '../../../src/kernel/state/open-state.ts');
  const samples = join(import.meta.dirname, 'state-samples.ts');
  return `
    import { openState } from ${JSON.stringify(pathToFileURL(modules).href)};
    import { sampleDecision, sampleAttempt } from ${JSON.stringify(pathToFileURL(samples).href)};
    const [directory, name, count] = process.argv.slice(2);
    const state = openState({ directory, clock: { monotonic: () => performance.now() }, log: { warn: (line) => console.log(line) } });
    for (let number = 0; number < Number(count); number += 1) {
      const id = name + '-' + number;
      state.decisions.recordDecision(sampleDecision(id));
      state.decisions.recordAttempt(sampleAttempt(id));
      state.decisions.recordAttempt(sampleAttempt(id, { outcome: 'answered', totalMs: 1 }));
      state.switches.set('model', { kind: 'conversation', id: name }, 'a:' + number);
      if (name === 'p0' && number === 100 && process.argv[5] === 'killed') process.kill(process.pid, 'SIGKILL');
    }
    state.dispose();
  `;
}

async function runWriters(names: readonly string[], mode = ''): Promise<string> {
  const program = join(place.root, 'writer.mts');
  writeFileSync(program, writerSource());
  let output = '';
  const children = names.map((name) => {
    const child = spawn(process.execPath, [program, place.directory, name, String(DECISIONS), mode], { stdio: 'pipe' });
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    return once(child, 'close');
  });
  await Promise.all(children);
  return output.replaceAll(/^.*(ExperimentalWarning|--trace-warnings).*$/gm, '').trim();
}

function count(sql: string): number {
  const database = new DatabaseSync(join(place.directory, 'state.db'));
  const { n } = database.prepare(sql).get() as { n: number };
  database.close();
  return n;
}

test('several processes create and fill one state.db at once, and nothing is lost', async () => {
  const names = Array.from({ length: PROCESSES }, (_, index) => `p${index}`);
  expect(await runWriters(names)).toBe('');
  expect(count('SELECT count(*) n FROM decisions')).toBe(PROCESSES * DECISIONS);
  expect(count(`SELECT count(*) n FROM attempts WHERE record LIKE '%answered%'`)).toBe(PROCESSES * DECISIONS);
  expect(place.open().switches.list('model')).toHaveLength(PROCESSES);
}, 30_000);

test('a process killed while it writes leaves a valid file with all it had written', async () => {
  expect(await runWriters(['p0', 'p1'], 'killed')).toBe('');
  expect(count('SELECT count(*) n FROM decisions')).toBe(101 + DECISIONS);
  const database = new DatabaseSync(join(place.directory, 'state.db'));
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
  expect(place.open().decisions.get('p0-100')?.attempts[0]?.outcome).toBe('answered');
}, 30_000);
