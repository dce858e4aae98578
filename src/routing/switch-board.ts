import type { ModelRef } from '../contracts/models/model-ref.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { SwitchScope } from '../contracts/routing/router.ts';
import type { ChoiceKind, ScopedChoice, SwitchStore } from '../contracts/routing/routing-state.ts';

/** How long another process's switch may go unseen. */
const REREAD_MS = 1_000;

/** Narrowest first. */
const SCOPES: readonly SwitchScope['kind'][] = ['conversation', 'project', 'principal', 'process', 'workspace'];

function doesApply(scope: SwitchScope, request: RouteRequest): boolean {
  if (scope.kind === 'conversation') return scope.id === request.conversationId;
  if (scope.kind === 'project') return scope.id === request.project;
  return scope.kind === 'principal' ? scope.id === request.principal.id : true;
}

/** Model switches and strategies by scope; all but those of the process last in the store. */
export class SwitchBoard {
  readonly #store: SwitchStore;
  readonly #clock: Clock;
  readonly #process = new Map<ChoiceKind, string>();
  readonly #read = new Map<ChoiceKind, { at: number; choices: readonly ScopedChoice[] }>();

  constructor(store: SwitchStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The choice of the narrowest scope that the request falls under. */
  choiceFor(kind: ChoiceKind, request: RouteRequest): string | undefined {
    const applying = this.list(kind).filter(({ scope }) => doesApply(scope, request));
    for (const scopeKind of SCOPES) {
      const choice = applying.find(({ scope }) => scope.kind === scopeKind);
      if (choice !== undefined) return choice.value;
    }
    return undefined;
  }

  modelFor(request: RouteRequest): ModelRef | undefined {
    return this.choiceFor('model', request) as ModelRef | undefined;
  }

  /** Narrowest scope first. */
  list(kind: ChoiceKind): readonly ScopedChoice[] {
    const own = this.#process.get(kind);
    const stored = this.#stored(kind);
    if (own === undefined) return stored;
    const all: ScopedChoice[] = [...stored, { scope: { kind: 'process' }, value: own }];
    return all.sort((left, right) => SCOPES.indexOf(left.scope.kind) - SCOPES.indexOf(right.scope.kind));
  }

  set(kind: ChoiceKind, scope: SwitchScope, value: string | undefined): void {
    if (scope.kind !== 'process') {
      this.#store.set(kind, scope, value);
      this.#read.delete(kind);
    } else if (value === undefined) this.#process.delete(kind);
    else this.#process.set(kind, value);
  }

  #stored(kind: ChoiceKind): readonly ScopedChoice[] {
    const now = this.#clock.monotonic();
    const read = this.#read.get(kind);
    if (read !== undefined && now - read.at < REREAD_MS) return read.choices;
    const choices = [...this.#store.list(kind)].sort(
      (left, right) => SCOPES.indexOf(left.scope.kind) - SCOPES.indexOf(right.scope.kind),
    );
    this.#read.set(kind, { at: now, choices });
    return choices;
  }
}
