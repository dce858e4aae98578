import { isWoosterError, type Clock, type GuardedHttp } from 'wooster';
import { FINGERPRINTS, recognise, type EngineId, type Look, type Sighting } from '../providers/server/fingerprints.ts';
import { describeAnswers, isNobody, listPathOf } from './describe-answers.ts';
import type { DiscoveredServer, SearchAddress } from './discovered-server.ts';

/** Routes asked of one server at a time; Python's own servers queue five connections. */
const LANES = 4;
/** One request; the search as a whole ends sooner. */
const REQUEST_MS = 10_000;
const TURNS = 2;
/** The largest answer of interest is a long list of models. */
const MAX_BYTES = 1024 * 1024;

/** Asked first, since most engines are told apart by these alone. */
const TELLING_PATHS = ['/readyz', '/', '/health', '/v1/models', '/props', '/version', '/api/version'];

const ALL_PATHS: readonly string[] = [
  ...new Set([...TELLING_PATHS, ...FINGERPRINTS.flatMap(({ paths }) => paths), '/models']),
];

/** One look at one address. */
interface LookOptions {
  readonly search: SearchAddress;
  readonly http: GuardedHttp;
  /** What it was the last time; its routes are asked first. */
  readonly expected?: EngineId;
  readonly clock: Clock;
  /** Aborts when the time of the whole search is over. */
  readonly limit: AbortSignal;
  readonly budgetMs: number;
}

/** Routes of the engine that was there the last time come first. */
function pathsFor(expected: EngineId | undefined): string[] {
  const own = FINGERPRINTS.find(({ engine }) => engine === expected);
  if (own === undefined) return [...ALL_PATHS];
  return [...new Set([...own.paths, listPathOf(own.engine), ...ALL_PATHS])];
}

/** What the routes of one server have said so far. */
class ServerLook {
  readonly #options: LookOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #looks: Record<string, Look | undefined> = {};
  readonly #settled = new Set<string>();
  readonly #startedAt: number;
  /** Routes that nobody has asked yet, the next first. */
  #paths: string[];
  #failure: unknown;
  #latencyMs: number | undefined;
  #sighting: Sighting | undefined;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.limit, this.#stop.signal]);
    this.#startedAt = options.clock.monotonic();
    this.#paths = pathsFor(options.expected);
  }

  async run(): Promise<DiscoveredServer | undefined> {
    await Promise.all(Array.from({ length: LANES }, () => this.#work()));
    if (this.#latencyMs === undefined && isNobody(this.#failure)) return undefined;
    const { search, limit, budgetMs } = this.#options;
    return describeAnswers(this.#sighting ?? this.#guess(), {
      search,
      looks: this.#looks,
      failure: this.#failure,
      isCutShort: limit.aborted,
      latencyMs: this.#latencyMs ?? this.#elapsedMs(),
      budgetMs,
    });
  }

  async #work(): Promise<void> {
    for (let path = this.#paths.shift(); path !== undefined && !this.#signal.aborted; path = this.#paths.shift()) {
      await this.#ask(path);
    }
  }

  /** A connection that the server closes while it is asked over it says nothing of the route, so it is asked twice. */
  async #ask(path: string): Promise<void> {
    for (let turn = 1; turn <= TURNS && this.#looks[path] === undefined; turn += 1) {
      try {
        this.#looks[path] = await this.#get(path);
        this.#latencyMs ??= this.#elapsedMs();
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#failure ??= error;
      }
    }
    this.#settled.add(path);
    this.#conclude();
  }

  async #get(path: string): Promise<Look> {
    const { http, search } = this.#options;
    const limits = { connectMs: REQUEST_MS, headersMs: REQUEST_MS };
    try {
      const url = search.baseUrl + path;
      const reply = await http.request({ method: 'GET', url, limits, signal: this.#signal });
      return { status: reply.status, headers: reply.headers, text: await reply.text(MAX_BYTES) };
    } catch (error) {
      // A redirect, which the client does not follow, is an answer, too.
      const status = isWoosterError(error) && error.code === 'E_REJECTED' ? error.details.status : undefined;
      if (typeof status !== 'number') throw error;
      return { status, headers: {}, text: '' };
    }
  }

  /** Once it is known what the server is, its models alone are asked for; then the look ends. */
  #conclude(): void {
    this.#sighting ??= this.#decide();
    if (this.#sighting === undefined) return;
    const list = listPathOf(this.#sighting.engine);
    if (this.#settled.has(list)) this.#stop.abort();
    else this.#paths = this.#paths.filter((path) => path === list);
  }

  /**
   * The engine whose own routes have all answered and say so. Anything may look like the generic one, so that is left to
   * the end, when all that could be another has been asked.
   */
  #decide(): Sighting | undefined {
    for (const fingerprint of FINGERPRINTS) {
      const { engine, paths } = fingerprint;
      if (engine === 'openai-compatible' || !paths.every((path) => this.#settled.has(path))) continue;
      const found = fingerprint.recognise(this.#looks);
      if (found !== undefined) return { engine, ...found };
    }
    return undefined;
  }

  /** What it is by the answers there are; the generic one only when no other can have been missed. */
  #guess(): Sighting | undefined {
    const found = recognise(this.#looks);
    const isWhole = ALL_PATHS.every((path) => this.#looks[path] !== undefined);
    return found?.engine === 'openai-compatible' && !isWhole ? undefined : found;
  }

  #elapsedMs(): number {
    return this.#options.clock.monotonic() - this.#startedAt;
  }
}

/**
 * Finds out what answers at an address; undefined where nobody does. Never fails: what is not known when the limit
 * aborts is left out, and a server that has said nothing by then is told as an unknown one.
 */
export function lookAtServer(options: LookOptions): Promise<DiscoveredServer | undefined> {
  return new ServerLook(options).run();
}
