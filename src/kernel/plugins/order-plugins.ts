import { PluginError } from '../../contracts/errors/host-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { Token } from '../../contracts/plugins/token.ts';
import type { FoundPlugin, PluginState, PluginToggles } from './plugin-state.ts';

/** What decides the order of activation. */
export interface OrderOptions {
  readonly found: readonly FoundPlugin[];
  readonly toggles: PluginToggles;
  /** Tokens the host provides itself. */
  readonly hostTokens: readonly Token<unknown>[];
}

/** The plugins to activate, those that are not, and what is wrong. */
interface PluginOrder {
  /** Each after everything it needs; otherwise as found. */
  readonly ordered: readonly FoundPlugin[];
  readonly inactive: readonly PluginState[];
  readonly faults: readonly WoosterError[];
}

/** The plan as it is made: what is settled about each plugin so far. */
class OrderPlan {
  readonly ordered: FoundPlugin[] = [];
  readonly inactive = new Map<FoundPlugin, PluginState>();
  readonly faults: WoosterError[] = [];

  fail(plugin: FoundPlugin, message: string): void {
    this.inactive.set(plugin, { plugin, condition: 'failed', reason: message });
    this.faults.push(new PluginError(message, { plugin: plugin.definition.id, phase: 'order' }));
  }

  isWaiting(plugin: FoundPlugin): boolean {
    return !this.inactive.has(plugin) && !this.ordered.includes(plugin);
  }
}

function refuseDuplicates(plan: OrderPlan, found: readonly FoundPlugin[]): void {
  const first = new Map<string, FoundPlugin>();
  for (const plugin of found) {
    const { id } = plugin.definition;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, plugin);
    else plan.fail(plugin, `plugin id ${id} is used by both ${earlier.file} and ${plugin.file}; rename one of them`);
  }
}

function switchOff(plan: OrderPlan, found: readonly FoundPlugin[], toggles: PluginToggles): void {
  for (const plugin of found) {
    const toggle = Object.hasOwn(toggles, plugin.definition.id) ? toggles[plugin.definition.id] : undefined;
    if (toggle === undefined || toggle.isEnabled || plan.inactive.has(plugin)) continue;
    plan.inactive.set(plugin, { plugin, condition: 'off', reason: `disabled by ${toggle.origin}` });
  }
}

function mapProviders(plan: OrderPlan, { found, hostTokens }: OrderOptions): Map<symbol, FoundPlugin> {
  const providers = new Map<symbol, FoundPlugin>();
  for (const plugin of found) {
    if (plan.inactive.get(plugin)?.condition === 'failed') continue;
    for (const token of plugin.definition.provides ?? []) {
      const { id } = plugin.definition;
      if (hostTokens.some((own) => own.key === token.key)) {
        plan.fail(plugin, `plugin ${id} provides ${token.id}, which the host provides itself (${plugin.file})`);
        continue;
      }
      const earlier = providers.get(token.key);
      // A provider that is off leaves its place to another one.
      if (earlier === undefined || plan.inactive.has(earlier)) providers.set(token.key, plugin);
      else if (!plan.inactive.has(plugin)) {
        const other = earlier.definition.id;
        plan.fail(plugin, `plugins ${other} and ${id} both provide ${token.id}; disable one of them (${plugin.file})`);
      }
    }
  }
  return providers;
}

function blockOrFail(plan: OrderPlan, plugin: FoundPlugin, need: { token: Token<unknown>; by?: FoundPlugin }): void {
  const { id } = plugin.definition;
  const state = need.by === undefined ? undefined : plan.inactive.get(need.by);
  if (need.by === undefined || state === undefined) {
    plan.fail(plugin, `plugin ${id} needs ${need.token.id}, which no plugin provides (${plugin.file})`);
    return;
  }
  const isByChoice = state.condition === 'off';
  const why = isByChoice ? (state.reason ?? 'disabled').replace(/^disabled/, 'is disabled') : `is ${state.condition}`;
  const reason = `needs ${need.token.id} of plugin ${need.by.definition.id}, which ${why}`;
  plan.inactive.set(plugin, { plugin, condition: isByChoice ? 'off' : 'blocked', reason });
}

function failCycle(plan: OrderPlan, waiting: readonly FoundPlugin[], providers: Map<symbol, FoundPlugin>): void {
  const path: FoundPlugin[] = [];
  let at: FoundPlugin | undefined = waiting[0];
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = at.definition.needs?.map((token) => providers.get(token.key)).find((next) => next && waiting.includes(next));
  }
  if (at === undefined) return;
  const cycle = path.slice(path.indexOf(at));
  const names = [...cycle, at].map((plugin) => plugin.definition.id).join(' -> ');
  for (const [position, plugin] of cycle.entries()) {
    const message = `plugins need each other in a circle: ${names} (${plugin.file})`;
    // One line for the whole circle; its other members are marked without a line of their own.
    if (position === 0) plan.fail(plugin, message);
    else plan.inactive.set(plugin, { plugin, condition: 'failed', reason: message });
  }
}

/** Places every plugin whose needs are settled; false when nothing moved. */
function settleOnce(plan: OrderPlan, options: OrderOptions, providers: Map<symbol, FoundPlugin>): boolean {
  const hostKeys = new Set(options.hostTokens.map((token) => token.key));
  for (const plugin of options.found.filter((candidate) => plan.isWaiting(candidate))) {
    const open = (plugin.definition.needs ?? []).filter((token) => !hostKeys.has(token.key));
    const impossible = open.find((token) => {
      const by = providers.get(token.key);
      return by === undefined || plan.inactive.has(by);
    });
    if (impossible !== undefined) {
      blockOrFail(plan, plugin, { token: impossible, by: providers.get(impossible.key) });
      return true;
    }
    if (open.every((token) => plan.ordered.includes(providers.get(token.key) as FoundPlugin))) {
      plan.ordered.push(plugin);
      return true;
    }
  }
  return false;
}

/** Derives the order from `needs` and `provides`; what cannot be placed is off, blocked or a fault, never an exception. */
export function orderPlugins(options: OrderOptions): PluginOrder {
  const plan = new OrderPlan();
  refuseDuplicates(plan, options.found);
  switchOff(plan, options.found, options.toggles);
  const providers = mapProviders(plan, options);
  for (;;) {
    if (settleOnce(plan, options, providers)) continue;
    const waiting = options.found.filter((plugin) => plan.isWaiting(plugin));
    if (waiting.length === 0) break;
    failCycle(plan, waiting, providers);
  }
  return { ordered: plan.ordered, inactive: [...plan.inactive.values()], faults: plan.faults };
}
