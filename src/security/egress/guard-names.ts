import { isDeclared, isLoopbackAddress, isLoopbackName, refuse, type EgressRules } from './reachable.ts';
import { replaceMethod, type Callable, type Undo } from './replaced.ts';

const dns = process.getBuiltinModule('node:dns');
const net = process.getBuiltinModule('node:net');

/** Functions that ask a name server, whatever they ask. */
const ASKING = /^(resolve|reverse)/;

/** An answer of `lookup`. */
interface Answer {
  readonly address: string;
  readonly family: 4 | 6;
}

const OWN: readonly Answer[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** How `lookup` is asked, in each of its forms. */
interface LookupOptions {
  readonly all?: boolean;
  readonly family?: number | string;
}

function lookupOptionsOf(given: unknown): LookupOptions {
  if (typeof given === 'number' || typeof given === 'string') return { family: given };
  return typeof given === 'object' && given !== null ? given : {};
}

function ownAnswers({ family }: LookupOptions): readonly Answer[] {
  const wanted = family === 6 || family === 'IPv6' ? 6 : family === 4 || family === 'IPv4' ? 4 : undefined;
  return OWN.filter((answer) => wanted === undefined || answer.family === wanted);
}

/** What becomes of a look-up: left to Node, answered here (this machine needs no name server), or refused. */
function verdictOn(name: unknown, rules: EgressRules): 'pass' | 'own' | Error {
  if (typeof name !== 'string' || name === '' || net.isIP(name) !== 0) return 'pass';
  if (isLoopbackName(name)) return 'own';
  return isDeclared(name, rules) ? 'pass' : refuse('to look up', name, rules);
}

function guardLookup(original: Callable, rules: () => EgressRules): Callable {
  return function lookup(this: unknown, ...parameters): unknown {
    const [name, given] = parameters;
    const callback = parameters.findLast((each) => typeof each === 'function') as Callable | undefined;
    const verdict = verdictOn(name, rules());
    if (verdict === 'pass' || callback === undefined) return original.apply(this, parameters);
    const options = lookupOptionsOf(given);
    const answers = ownAnswers(options);
    const [first] = answers;
    process.nextTick(() => {
      if (verdict !== 'own') callback(verdict);
      else if (options.all === true) callback(null, answers);
      else callback(null, first?.address, first?.family);
    });
    return {};
  };
}

function guardLookupPromise(original: Callable, rules: () => EgressRules): Callable {
  return async function lookup(this: unknown, ...parameters): Promise<unknown> {
    const [name, given] = parameters;
    const verdict = verdictOn(name, rules());
    if (verdict === 'pass') return original.apply(this, parameters);
    if (verdict !== 'own') throw verdict;
    const options = lookupOptionsOf(given);
    const answers = ownAnswers(options);
    return options.all === true ? answers : answers[0];
  };
}

/** Records are never asked for, not even of a declared host: whoever reaches one looks its address up. */
function refusedAsking(rules: () => EgressRules, isPromised: boolean): Callable {
  return function asking(this: unknown, ...parameters): unknown {
    const error = refuse('to ask a name server for', String(parameters[0]), rules());
    if (isPromised) return Promise.reject(error);
    const callback = parameters.findLast((each) => typeof each === 'function') as Callable | undefined;
    process.nextTick(() => callback?.(error));
    return {};
  };
}

/** The address of a service, by which a name server is asked for the name of its machine. */
function guardService(original: Callable, rules: () => EgressRules, isPromised: boolean): Callable {
  const refused = refusedAsking(rules, isPromised);
  return function lookupService(this: unknown, ...parameters): unknown {
    return (isLoopbackAddress(String(parameters[0])) ? original : refused).apply(this, parameters);
  };
}

/** Every function by which a name server may be asked; `localhost` is answered without one. */
export function guardNames(rules: () => EgressRules): Undo {
  const places: readonly (readonly [owner: object, isPromised: boolean])[] = [
    [dns, false],
    [dns.Resolver.prototype, false],
    [dns.promises, true],
    [dns.promises.Resolver.prototype, true],
  ];
  const undo = places.flatMap(([owner, isPromised]) => [
    ...methodsOf(owner).map((name) => replaceMethod(owner, name, () => refusedAsking(rules, isPromised))),
    replaceMethod(owner, 'lookupService', (original) => guardService(original, rules, isPromised)),
    replaceMethod(owner, 'lookup', (original) => (isPromised ? guardLookupPromise : guardLookup)(original, rules)),
  ]);
  return () => undo.forEach((each) => each());
}

/** Names of the asking functions of an object and of what it inherits from. */
function methodsOf(owner: object): readonly string[] {
  const names = new Set<string>();
  for (let place: object | null = owner; place !== null && place !== Object.prototype;) {
    for (const name of Object.getOwnPropertyNames(place)) if (ASKING.test(name)) names.add(name);
    place = Object.getPrototypeOf(place) as object | null;
  }
  return [...names];
}
