import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ACTIONS, defineAction } from '../../../src/contracts/commands/action.ts';
import { completionAction } from '../../../src/kernel/cli/actions/completion-action.ts';
import { completionScript } from '../../../src/kernel/cli/completion-script.ts';
import { bake, kitchen, sum } from './command-doubles.ts';

/** Sources the script in a real bash and asks it to complete the last word. */
function complete(script: string, words: readonly string[]): string[] {
  const asked = [
    `source ${script}`,
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1}`,
    '_wooster',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const text = execFileSync('bash', ['--norc', '-c', asked], { encoding: 'utf8', timeout: 10_000 });
  return text.split('\n').filter((word) => word !== '');
}

describe('completion in a real bash', () => {
  let directory: string;
  let script: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'wooster-completion-'));
    script = join(directory, 'completion.bash');
    const registry = kitchen();
    registry.add(ACTIONS, completionAction(registry), 'host');
    writeFileSync(script, completionScript('bash', registry.list(ACTIONS)));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each<[readonly string[], readonly string[]]>([
    [
      ['wooster', ''],
      ['bake', 'completion', 'sum'],
    ],
    [['wooster', 's'], ['sum']],
    [['wooster', '--json', '--home', '/tmp', 'b'], ['bake']],
    [['wooster', 'bake', '--max'], ['--max-minutes']],
    [
      ['wooster', 'bake', '--no'],
      ['--no-crust', '--no-color'],
    ],
    [
      ['wooster', 'bake', ''],
      ['rye', 'wheat'],
    ],
    [['wooster', 'completion', 'b'], ['bash']],
    [['wooster', 'sum', '--log-level', 'd'], ['debug']],
  ])('of %j gives %j', (words, completions) => {
    expect(complete(script, words)).toEqual(completions);
  });
});

test('names that a plugin chooses cannot become shell code', () => {
  const evil = defineAction({ ...bake, id: 'evil', command: '$(touch /tmp/x)', args: z.object({}), positionals: [] });
  for (const shell of ['bash', 'zsh'] as const) {
    expect(completionScript(shell, [evil, sum])).not.toContain('touch');
  }
});
