import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const SCRIPT = resolve(import.meta.dirname, '../../scripts/start_embedding_server.sh');

/**
 * A Python that makes no environment and installs nothing: it writes down what it is asked, and `-m venv FOLDER` copies
 * itself there, so that the environment it makes answers as it does. What it lacks stands in its environment.
 */
const FAKE_PYTHON = `#!/usr/bin/env bash
echo "$*" >> "$FAKE_CALLS"
case "$*" in
  "-c import ensurepip") [[ -z $FAKE_NO_ENSUREPIP ]] ;;
  "-c import sys; sys.exit"*) [[ -z $FAKE_OLD ]] ;;
  "-m pip --version") [[ -z $FAKE_NO_PIP ]] ;;
  "-m venv"*) folder=\${*: -1}; mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
  *pip*install*)
    sleep "\${FAKE_SLOW:-0}"
    if [[ -n $FAKE_NO_NETWORK ]]; then echo "ERROR: no network" >&2; exit 1; fi ;;
  *embedding_server.py*) echo "served: $*" ;;
esac
`;

interface Outcome {
  readonly code: number | null;
  readonly text: string;
  readonly lines: readonly string[];
}

describe('the start script of the embedding server', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-script-'));
    await writeFile(join(folder, 'python'), FAKE_PYTHON);
    await chmod(join(folder, 'python'), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function start(words: readonly string[] = [], environment: Record<string, string> = {}): Promise<Outcome> {
    const child = spawn('bash', [SCRIPT, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        EMBEDDING_SERVER_PYTHON: join(folder, 'python'),
        EMBEDDING_SERVER_ENV_DIR: join(folder, 'environments'),
        FAKE_CALLS: join(folder, 'calls'),
        ...environment,
      },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, text, lines: text.trimEnd().split('\n') };
  }

  async function calls(what: RegExp): Promise<readonly string[]> {
    const lines = (await readFile(join(folder, 'calls'), 'utf8')).split('\n');
    return lines.filter((line) => what.test(line));
  }

  test('makes an environment from pinned packages once, says so, and uses it afterwards', async () => {
    const first = await start(['--port', '9001']);
    expect(first.code).toBe(0);
    expect(first.lines[0]).toMatch(/making the environment of the onnxruntime back end in .*\(about 230 MB, a minute;/);
    expect(first.lines.at(-1)).toMatch(/^served: .*embedding_server\.py --backend onnxruntime --port 9001$/);
    const [install] = await calls(/install/);
    expect(install).toMatch(/--only-binary :all: --no-deps -r .*requirements\/onnxruntime\.txt/);
    const second = await start(['--', '--port', '9001']);
    expect(second.lines).toEqual([first.lines.at(-1)]);
    expect(await calls(/install/)).toHaveLength(1);
  });

  test('makes another environment for sentence-transformers, and says before how large it is', async () => {
    await start();
    const outcome = await start(['--backend', 'sentence-transformers']);
    expect(outcome.lines[0]).toMatch(/sentence-transformers back end .*\(about 5\.9 GB, seven minutes or more;/);
    expect(outcome.lines.at(-1)).toMatch(/--backend sentence-transformers$/);
    const again = await start([], { EMBEDDING_SERVER_BACKEND: 'sentence-transformers' });
    expect(again.lines).toEqual([outcome.lines.at(-1)]);
  });

  test.each(['1', 'TRUE', 'yes'])(
    'fetches nothing with WOOSTER_LOCAL_ONLY=%s, and uses what is there',
    async (word) => {
      const refused = await start([], { WOOSTER_LOCAL_ONLY: word });
      expect([refused.code, refused.lines]).toEqual([
        77,
        [expect.stringMatching(/WOOSTER_LOCAL_ONLY forbids.*nothing was sent/)],
      ]);
      await start(['--prepare'], { WOOSTER_LOCAL_ONLY: 'false' });
      expect((await start([], { WOOSTER_LOCAL_ONLY: word })).lines.at(-1)).toMatch(/^served: /);
      expect(await calls(/install/)).toHaveLength(1);
    },
  );

  test('only makes the environment when asked to prepare', async () => {
    const outcome = await start(['--prepare']);
    expect(outcome.lines.at(-1)).toMatch(/ready: .*environments\/onnxruntime$/);
    expect(await calls(/embedding_server\.py/)).toEqual([]);
  });

  test('makes it with the pip of the system where Python has no ensurepip, as on Debian without python3-venv', async () => {
    const outcome = await start([], { FAKE_NO_ENSUREPIP: '1' });
    expect(outcome.code).toBe(0);
    expect(await calls(/-m venv --without-pip/)).toHaveLength(1);
    expect((await calls(/install/))[0]).toMatch(/^-m pip --python .*environments\/onnxruntime\/bin\/python install/);
  });

  test('says in one line what to install where there is neither', async () => {
    const outcome = await start([], { FAKE_NO_ENSUREPIP: '1', FAKE_NO_PIP: '1' });
    expect(outcome.code).toBe(69);
    expect(outcome.lines.at(-1)).toMatch(
      /neither venv nor pip: install python3-venv \(Debian: apt install python3-venv\)/,
    );
  });

  test('refuses a Python that is too old, in one line', async () => {
    const outcome = await start([], { FAKE_OLD: '1' });
    expect([outcome.code, outcome.lines]).toEqual([69, [expect.stringMatching(/is not a Python 3\.11 or later/)]]);
  });

  test('shows why packages could not be had, and begins anew the next time', async () => {
    const failed = await start([], { FAKE_NO_NETWORK: '1' });
    expect(failed.code).toBe(69);
    expect(failed.text).toMatch(/ERROR: no network\n.*could not be made; the lines above and .* say why/);
    const next = await start();
    expect(next.code).toBe(0);
    expect(await calls(/-m venv/)).toHaveLength(2);
  });

  test('makes an environment anew whose Python is gone', async () => {
    await start(['--prepare']);
    await rm(join(folder, 'environments/onnxruntime/bin/python'));
    expect((await start(['--prepare'])).code).toBe(0);
    expect(await calls(/-m venv/)).toHaveLength(2);
  });

  test('makes one environment when it is started twice at once', async () => {
    const both = await Promise.all([0, 1].map(() => start([], { FAKE_SLOW: '0.5' })));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await calls(/install/)).toHaveLength(1);
    expect(both.map(({ text }) => text).join('')).toMatch(/another start is making the environment; waiting for it/);
  });

  test('refuses an unknown back end, and shows its options without making anything', async () => {
    const unknown = await start(['--backend', 'tpu']);
    expect([unknown.code, unknown.lines]).toEqual([
      64,
      [expect.stringMatching(/choose onnxruntime or sentence-trans/)],
    ]);
    const help = await start(['--help']);
    expect(help.code).toBe(0);
    expect(help.text).toMatch(/--prepare[^]*EMBEDDING_SERVER_ENV_DIR/);
    expect(await calls(/venv|install/)).toEqual([]);
  });
});
