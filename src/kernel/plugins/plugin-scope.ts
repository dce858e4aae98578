import { PluginError, type PluginPhase } from '../../contracts/errors/host-errors.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';
import type { ExtensionPoint } from '../../contracts/plugins/extension-point.ts';
import type { Logger } from '../../contracts/plugins/logger.ts';
import type { PluginScope } from '../../contracts/plugins/plugin-definition.ts';
import type { Token } from '../../contracts/plugins/token.ts';
import type { Workspace } from '../../contracts/settings/workspace.ts';
import type { DisposalStack } from './disposal.ts';
import type { ExtensionRegistry } from './extension-registry.ts';
import type { FoundPlugin } from './plugin-state.ts';
import type { ServiceContainer } from './service-container.ts';

/** What a scope is made of. */
interface ScopeParts {
  readonly plugin: FoundPlugin;
  readonly settings: unknown;
  readonly log: Logger;
  readonly workspace: Workspace;
  readonly container: ServiceContainer;
  readonly registry: ExtensionRegistry;
  readonly disposals: DisposalStack;
}

/** A scope and the switch from start to run time: afterwards a wrong contribution is logged instead of thrown. */
export interface OpenedScope {
  readonly scope: PluginScope;
  /** Ids contributed so far, by id of the point. */
  readonly contributed: ReadonlyMap<string, ReadonlySet<string>>;
  settle(): void;
}

const NOTHING: Disposable = { dispose: () => undefined };

function isNamed(tokens: readonly Token<unknown>[] | undefined, token: Token<unknown>): boolean {
  return tokens?.some((named) => named.key === token.key) ?? false;
}

/** Opens the plugin's own view of the host: a child container, its slice of the settings, its contributions. */
export function openScope(parts: ScopeParts): OpenedScope {
  const { plugin, container, registry, disposals, log } = parts;
  const { definition, file } = plugin;
  const own = container.child();
  const contributed = new Map<string, Set<string>>();
  let isStarting = true;

  const fault = (what: string, phase: PluginPhase = isStarting ? 'activate' : 'run'): PluginError =>
    new PluginError(`plugin ${definition.id} ${what} (${file})`, { plugin: definition.id, phase });

  function get<T>(token: Token<T>): T {
    if (!isNamed(definition.needs, token) && !isNamed(definition.provides, token)) {
      throw fault(`asks for ${token.id} without naming it in \`needs\``);
    }
    const service = own.resolve(token);
    if (service === undefined) throw fault(`asks for ${token.id}, which nothing provides`);
    return service;
  }

  function provide<T>(token: Token<T>, value: T): void {
    if (!isNamed(definition.provides, token)) throw fault(`provides ${token.id} without naming it in \`provides\``);
    if (container.has(token)) throw fault(`provides ${token.id}, which is provided already`);
    container.register(token, () => value);
  }

  function checkDeclared(pointId: string, id: string): void {
    const lists = definition.contributes;
    if (lists === undefined) return;
    const list = lists.find((candidate) => candidate.point.id === pointId);
    if (list === undefined) throw fault(`contributes ${id} to ${pointId}, a point its \`contributes\` does not name`);
    if (list.ids !== 'dynamic' && !list.ids.includes(id)) {
      throw fault(`contributes ${id} to ${pointId}, which its \`contributes\` does not list`);
    }
  }

  function contribute<T>(point: ExtensionPoint<T>, value: T): Disposable {
    try {
      const id = point.idOf(value);
      checkDeclared(point.id, id);
      const disposable = registry.add(point, value, definition.id);
      contributed.set(point.id, (contributed.get(point.id) ?? new Set()).add(id));
      disposals.add(disposable);
      return disposable;
    } catch (error) {
      if (isStarting) throw error;
      // A newcomer at run time must not end a running host.
      log.error('a contribution was refused', { error });
      return NOTHING;
    }
  }

  const scope: PluginScope = {
    config: parts.settings,
    log,
    workspace: parts.workspace,
    extensions: registry,
    get,
    provide,
    contribute,
    add: (disposable) => disposals.add(disposable),
  };
  return { scope, contributed, settle: () => void (isStarting = false) };
}
