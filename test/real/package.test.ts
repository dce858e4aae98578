import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { modelPath } from './embedded-cases.ts';

const LIMIT_MS = 600_000;
const REPOSITORY = resolve(import.meta.dirname, '../..');
const QUESTION = 'What is the capital of France?';

/** Ten lines that a program of somebody else begins with. */
const SCRIPT = `import { getRouter } from 'wooster';

const router = getRouter();
const reply = await router.generate([{ role: 'user', content: '${QUESTION}' }], {
  temperature: 0,
  maxTokens: 32,
});
const { content, model, provider, milliseconds, tokens } = reply;
console.log(JSON.stringify({ content, model, provider, milliseconds, tokens }));
`;

const run = promisify(execFile);

let root: string;
let project: string;

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
}

/** How this machine reaches a registry: certificates, proxies, and where the registry is. */
const REACH =
  /^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|(?:https?|no)_proxy|npm_config_(?:registry|cafile|.*proxy))$/i;

/** The machine of somebody who never had Wooster, but for the weights, which are large and checked elsewhere. */
function environment(firstInPath: readonly string[]): Record<string, string> {
  const reach = Object.entries(process.env).filter(([name]) => REACH.test(name));
  return {
    ...(Object.fromEntries(reach) as Record<string, string>),
    PATH: [...firstInPath, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: join(root, 'home'),
    XDG_CACHE_HOME: join(root, 'cache'),
    LANG: 'C.UTF-8',
    npm_config_cache: join(root, 'npm-cache'),
    npm_config_update_notifier: 'false',
  };
}

function inProject(command: string, ...words: string[]): Promise<Finished> {
  const env = environment([dirname(process.execPath)]);
  const running = run(command, words, { cwd: project, env, timeout: LIMIT_MS / 2 });
  // `ask` reads what is piped into it, to the end.
  running.child.stdin?.end();
  return running;
}

/** Packs what is committed, in a clone, so that the repository stays as it is. */
async function pack(): Promise<string> {
  const clone = join(root, 'clone');
  await run('git', ['clone', '--quiet', REPOSITORY, clone]);
  await symlink(join(REPOSITORY, 'node_modules'), join(clone, 'node_modules'));
  const env = environment([dirname(process.execPath)]);
  await run('npm', ['pack', '--silent', '--pack-destination', root], { cwd: clone, env, timeout: LIMIT_MS / 2 });
  return join(root, 'wooster-0.1.0.tgz');
}

/** A Node of the machine that is too old for Wooster and new enough for npm; undefined when there is none. */
function olderNode(): string | undefined {
  const folder = ['/usr/local/bin', '/usr/bin'].find((each) => existsSync(join(each, 'node')));
  if (folder === undefined) return undefined;
  const version = execFileSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' });
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  return major >= 18 && major < 22 ? folder : undefined;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wooster-package-'));
  project = join(root, 'somewhere');
  await mkdir(project);
  await mkdir(join(root, 'home'));
  await mkdir(join(root, 'cache', 'wooster'), { recursive: true });
  await symlink(dirname(modelPath()), join(root, 'cache', 'wooster', 'models'));
  await inProject('npm', 'install', '--silent', await pack());
}, LIMIT_MS);

afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 3 }), LIMIT_MS);

describe('the package, installed into an empty folder', () => {
  test(
    'answers a question with its shipped defaults, by the embedded model',
    async () => {
      const answer = await inProject('npx', 'wooster', 'ask', QUESTION, '--temperature', '0');
      expect(answer.stdout).toContain('Paris');
      expect(answer.stderr).toMatch(/^embedded:qwen2\.5-coder-0\.5b-instruct-q4_k_m · .* · wooster why \w+$/m);
      const why = await inProject('npx', 'wooster', 'why', '--json');
      expect(JSON.parse(why.stdout)).toMatchObject({ traces: [{ attempts: [{ outcome: 'answered' }] }] });
    },
    LIMIT_MS,
  );

  test(
    'is a library: a script of ten lines gets its answer and ends by itself',
    async () => {
      await writeFile(join(project, 'script.mjs'), SCRIPT);
      expect(SCRIPT.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
      const { stdout } = await inProject('node', 'script.mjs');
      expect(JSON.parse(stdout)).toEqual({
        content: expect.stringContaining('Paris'),
        model: 'qwen2.5-coder-0.5b-instruct-q4_k_m',
        provider: 'embedded',
        milliseconds: expect.any(Number),
        tokens: expect.objectContaining({ output: expect.any(Number), isEstimated: false }),
      });
    },
    LIMIT_MS,
  );

  test(
    'has the types of its door',
    async () => {
      const compiler = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc');
      await writeFile(
        join(project, 'typed.mts'),
        SCRIPT.replace('console.log', 'const text: string = content;\nvoid text;\nvoid '),
      );
      const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'];
      const checked = await inProject('node', compiler, ...options, 'typed.mts');
      expect(checked.stdout).toBe('');
    },
    LIMIT_MS,
  );

  test(
    'runs on an older Node of the machine through a newer one that npm fetches',
    async () => {
      const folder = olderNode();
      if (folder === undefined) {
        process.stderr.write('real: this machine has no older Node; its launcher is not proved here\n');
        return;
      }
      const command = join(project, 'node_modules', '.bin', 'wooster');
      const { stdout, stderr } = await run(command, ['--version'], {
        cwd: project,
        env: environment([folder]),
        timeout: LIMIT_MS / 2,
      });
      expect(stdout).toBe('0.1.0\n');
      expect(stderr).toContain('wooster needs Node 22.18 or newer');
    },
    LIMIT_MS,
  );
});
