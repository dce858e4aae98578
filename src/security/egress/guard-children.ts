import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from 'node:worker_threads';
import { replaceMethod, replaceValue, type Undo } from './replaced.ts';

const childProcess = process.getBuiltinModule('node:child_process');
const threads = process.getBuiltinModule('node:worker_threads');

/** Variables by which programs that are started stay off the network: the clients of registries and hubs, and Wooster. */
const OFFLINE: Readonly<Record<string, string>> = {
  WOOSTER_LOCAL_ONLY: '1',
  DO_NOT_TRACK: '1',
  HF_HUB_OFFLINE: '1',
  HF_DATASETS_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  TRANSFORMERS_OFFLINE: '1',
  PIP_NO_INDEX: '1',
  UV_OFFLINE: '1',
  npm_config_offline: 'true',
};

/** What of the environment of a child the guard of its parent decides. */
interface ChildGuard {
  /** The file that sets the guard up in another process or thread, with the rules in its query. */
  readonly preload: string;
}

/** Options of Node with the preloading of the guard, once. */
function withPreload(options: string | undefined, preload: string): string {
  const written = options ?? '';
  const word = `--import=${preload}`;
  return written.includes(word) ? written : `${written} ${word}`.trim();
}

/** What a child must have in its environment, given what it has. */
export function childVariables(
  { preload }: ChildGuard,
  nodeOptions: string | undefined,
): Readonly<Record<string, string>> {
  return { ...OFFLINE, NODE_OPTIONS: withPreload(nodeOptions, preload) };
}

function guardPairs(pairs: readonly string[], guard: ChildGuard): string[] {
  const nodeOptions = pairs.find((pair) => pair.startsWith('NODE_OPTIONS='))?.slice('NODE_OPTIONS='.length);
  const variables = childVariables(guard, nodeOptions);
  const kept = pairs.filter((pair) => !(pair.slice(0, pair.indexOf('=')) in variables));
  return [...kept, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
}

/** Children started in any asynchronous way, also with an environment of their own or without options of Node. */
function guardAsynchronous(guard: ChildGuard): Undo {
  return replaceMethod(childProcess.ChildProcess.prototype, 'spawn', (original) => {
    return function spawn(this: unknown, ...parameters): unknown {
      const [options, ...rest] = parameters as [{ readonly envPairs?: readonly string[] }, ...unknown[]];
      const { envPairs } = options;
      const guarded = envPairs === undefined ? options : { ...options, envPairs: guardPairs(envPairs, guard) };
      return original.apply(this, [guarded, ...rest]);
    };
  });
}

/** Those with an environment of their own; the others have that of the process. */
function guardSynchronous(guard: ChildGuard): Undo {
  const undo = ['spawnSync', 'execFileSync', 'execSync'].map((name) =>
    replaceMethod(childProcess, name, (original) => {
      return function started(this: unknown, ...parameters): unknown {
        const guarded = parameters.map((each) => {
          const isOptions = typeof each === 'object' && each !== null && !Array.isArray(each);
          const env = isOptions ? (each as { readonly env?: Readonly<Record<string, string>> }).env : undefined;
          if (env === undefined) return each;
          return { ...(each as object), env: { ...env, ...childVariables(guard, env['NODE_OPTIONS']) } };
        });
        return original.apply(this, guarded);
      };
    }),
  );
  return () => undo.forEach((each) => each());
}

/**
 * Code of a thread, which begins to run before what its options import is there: it sets the guard up itself, first of
 * all, and stays strict where it was.
 */
function guardedCode(code: string, preload: string): string {
  const url = new URL(preload);
  const rules = url.searchParams.get('rules') ?? '';
  const file = fileURLToPath(`file://${url.pathname}`).replace(/preload-guard(?=\.[jt]s$)/, 'egress-guard');
  const [anchor, path] = [`file://${url.pathname}`, file].map((text) => JSON.stringify(text));
  const strict = /^\s*(['"])use strict\1/.test(code) ? "'use strict';" : '';
  return `${strict}process.getBuiltinModule('node:module').createRequire(${anchor})(${path}).guardEgress(${rules});${code}`;
}

/** Threads have modules of their own, and with them sockets that nobody guards yet. */
function guardThreads({ preload }: ChildGuard): Undo {
  const { Worker } = threads;
  const guarded = new Proxy(Worker, {
    construct(target, [file, options = {}]: [string | URL, WorkerOptions?], newTarget) {
      const importing = ['--import', preload];
      const entry = options.eval === true ? guardedCode(String(file), preload) : file;
      const make = (execArgv: readonly string[]): object =>
        Reflect.construct(target, [entry, { ...options, execArgv: [...execArgv, ...importing] }], newTarget) as object;
      if (options.execArgv !== undefined) return make(options.execArgv);
      try {
        return make(process.execArgv);
      } catch {
        // Options of the whole process, which a thread has without being given them; another fault comes again.
        return make([]);
      }
    },
  });
  return replaceValue(threads, 'Worker', guarded);
}

/** Sees to it that the guard holds in every thread and child of Node, and that other children know to stay offline. */
export function guardChildren(guard: ChildGuard): Undo {
  const undo = [guardAsynchronous(guard), guardSynchronous(guard), guardThreads(guard)];
  return () => undo.forEach((each) => each());
}
