import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';
import { childVariables, guardChildren } from './guard-children.ts';
import { guardNames } from './guard-names.ts';
import { guardConnections, guardDatagrams } from './guard-sockets.ts';
import type { EgressRules } from './reachable.ts';
import { replaceMethod, replaceValue, type Undo } from './replaced.ts';

/** Set up first where another process or thread starts, and of the same kind as this file. */
const PRELOAD = new URL(`./preload-guard${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Every rule that holds in this process, the first in place. */
const active: EgressRules[] = [];
let undoAll: Undo = () => undefined;

/** What all of them together let through. */
function strictest(): EgressRules {
  const [first, ...others] = active;
  if (first === undefined) return { setting: 'nothing', hosts: [], proxies: [] };
  return {
    setting: first.setting,
    hosts: first.hosts.filter((host) => others.every(({ hosts }) => hosts.includes(host))),
    proxies: active.flatMap(({ proxies }) => proxies),
  };
}

/** The rules as the address of the file that sets them up elsewhere: options of Node are divided at blanks. */
function preloadOf(rules: EgressRules): string {
  const url = new URL(PRELOAD);
  url.searchParams.set('rules', JSON.stringify(rules));
  return url.href;
}

/** The refusal within what `fetch` rejects with, which by itself says no more than that it failed. */
function unwrapFetch(): Undo {
  return replaceMethod(globalThis, 'fetch', (original) => {
    return async function fetch(this: unknown, ...parameters): Promise<unknown> {
      try {
        return await (original.apply(this, parameters) as Promise<unknown>);
      } catch (error) {
        const cause: unknown = error instanceof Error ? error.cause : undefined;
        throw cause instanceof PrivacyError ? cause : error;
      }
    };
  });
}

function install(rules: EgressRules): Undo {
  const undo = [
    // A report of Node asks name servers for the names of its peers.
    replaceValue(process.report, 'excludeNetwork', true),
    guardConnections(strictest),
    guardDatagrams(strictest),
    guardNames(strictest),
    guardChildren({ preload: preloadOf(rules) }),
    unwrapFetch(),
  ];
  const { syncBuiltinESMExports } = process.getBuiltinModule('node:module');
  syncBuiltinESMExports();
  return () => {
    for (const each of undo.toReversed()) each();
    syncBuiltinESMExports();
  };
}

/**
 * From now on this process, its threads and its children of Node reach nothing but this machine, socket paths and the
 * declared hosts; anything else is a PrivacyError before a packet leaves. Called again, the rules of all calls hold
 * together. To be called before anything that keeps functions of Node is imported. Native code is not held by it.
 */
export function guardEgress(rules: EgressRules): Disposable {
  if (active.length === 0) undoAll = install(rules);
  active.push(rules);
  let isOver = false;
  return {
    dispose() {
      if (isOver) return;
      isOver = true;
      active.splice(active.indexOf(rules), 1);
      if (active.length === 0) undoAll();
    },
  };
}

/** What the environment of a guarded process must say, for children that get it unseen; `nodeOptions` are those it has. */
export function guardedVariables(
  rules: EgressRules,
  nodeOptions: string | undefined,
): Readonly<Record<string, string>> {
  return childVariables({ preload: preloadOf(rules) }, nodeOptions);
}
