import { homedir } from 'node:os';
import { join } from 'node:path';
import { ACTIONS, type Action } from './contracts/commands/action.ts';
import { HEALTH_CHECKS } from './contracts/commands/health-check.ts';
import { PluginError } from './contracts/errors/host-errors.ts';
import type { WoosterError } from './contracts/errors/wooster-error.ts';
import type { Disposable } from './contracts/plugins/disposable.ts';
import type { Extensions } from './contracts/plugins/extension-point.ts';
import type { Token } from './contracts/plugins/token.ts';
import { CONTENT_DETECTORS } from './contracts/privacy/content-detector.ts';
import type { HostSettings } from './contracts/settings/settings.ts';
import type { Workspace } from './contracts/settings/workspace.ts';
import { configurationCheck } from './host/configuration-check.ts';
import { crossFaults } from './host/cross-faults.ts';
import { declaredSecrets, findPlugins } from './host/find-plugins.ts';
import { registerHostActions, type HostActions } from './host/host-actions.ts';
import { guardProcess } from './host/guard-process.ts';
import { hostPackage } from './host/host-package.ts';
import { hostTokens, registerHostServices } from './host/host-services.ts';
import type { CommandHost } from './kernel/cli/command-host.ts';
import { systemClock } from './kernel/clock.ts';
import { forbidVendorTracing, readEnvironment, type Environment } from './kernel/config/env.ts';
import type { ConfigurationFlags } from './kernel/config/layers/flag-layer.ts';
import { loadConfiguration, type LoadedConfiguration } from './kernel/config/load.ts';
import { maskSecrets } from './kernel/config/secrets.ts';
import { createFileLog, type FileLog } from './kernel/log.ts';
import { isDoneWithin } from './kernel/plugins/disposal.ts';
import { ExtensionRegistry } from './kernel/plugins/extension-registry.ts';
import { activatePlugins, type ActivatedPlugins } from './kernel/plugins/plugin-host.ts';
import type { FoundPlugin, PluginState } from './kernel/plugins/plugin-state.ts';
import { startServices } from './kernel/plugins/run-services.ts';
import { createServiceContainer, type ServiceContainer } from './kernel/plugins/service-container.ts';
import { BUILT_IN_DETECTORS } from './security/detect/built-in-detectors.ts';

const STOP_LIMIT_MS = 10_000;

/** What a host is made from; everything has a default of the running process. */
export interface HostOptions {
  readonly flags?: ConfigurationFlags;
  readonly environment?: Environment;
  readonly workingDirectory?: string;
  /** Ids of the plugins to load; all without it. */
  readonly only?: readonly string[];
  /** Values used instead of discovery, for hosts inside tests and other programs. */
  readonly plugins?: readonly FoundPlugin[];
  /** Home folder of the user. */
  readonly home?: string;
}

/** A composed Wooster: configured, with its plugins activated; nothing runs before `start`. */
export interface Host extends CommandHost {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly extensions: Extensions;
  /** The service behind a token; PluginError when nothing provides it. */
  get<T>(token: Token<T>): T;
  /** Starts the background work of plugins; throws the first of `faults`, or the failure of a service. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends background work, then undoes everything in the reverse order; may be called twice. */
  stop(): Promise<void>;
}

/** The parts of one host while they are put together. */
interface Parts {
  readonly configuration: LoadedConfiguration;
  readonly fileLog: FileLog;
  readonly registry: ExtensionRegistry;
  readonly container: ServiceContainer;
  readonly activated: ActivatedPlugins;
  /** The host's own services that were opened. */
  readonly services: Disposable;
  /** Keeps the process from the network where it is local-only. */
  readonly guard: Disposable | undefined;
  readonly faults: readonly WoosterError[];
  mask(text: string): string;
}

async function configure(options: HostOptions): Promise<LoadedConfiguration> {
  return loadConfiguration({
    flags: options.flags,
    environment: options.environment ?? readEnvironment(),
    workingDirectory: options.workingDirectory ?? process.cwd(),
    packageDirectory: hostPackage().directory,
    home: options.home ?? homedir(),
    platform: process.platform,
  });
}

class ComposedHost implements Host {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly extensions: ExtensionRegistry;
  readonly plugins: readonly PluginState[];
  readonly faults: readonly WoosterError[];
  readonly log: ReturnType<FileLog['loggerFor']>;
  readonly logFile: string;
  readonly #own: HostActions;
  readonly #parts: Parts;
  readonly #controller = new AbortController();
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    const { configuration, fileLog, registry, activated } = parts;
    this.#parts = parts;
    this.settings = configuration.settings;
    this.workspace = configuration.workspace;
    this.extensions = registry;
    this.plugins = activated.states;
    this.log = fileLog.loggerFor('host');
    this.logFile = fileLog.file;
    this.#own = registerHostActions({ host: this, registry, configuration, clock: systemClock });
    this.faults = [...configuration.faults, ...parts.faults, ...activated.faults, ...this.#own.faults];
    registry.add(
      HEALTH_CHECKS,
      configurationCheck(configuration, () => this.faults),
      'host',
    );
  }

  mask(text: string): string {
    return this.#parts.mask(text);
  }

  ownerOf(action: Action): string {
    return this.extensions.ownerOf(ACTIONS, action.id) ?? 'host';
  }

  isDiagnostic(action: Action): boolean {
    return action.isDiagnostic === true || this.#own.isDiagnostic(action);
  }

  get<T>(token: Token<T>): T {
    const service = this.#parts.container.resolve(token);
    if (service !== undefined) return service;
    const state = this.plugins.find(({ plugin }) => plugin.definition.provides?.some(({ key }) => key === token.key));
    const why =
      state === undefined ? 'no plugin provides it' : `plugin ${state.plugin.definition.id} is ${state.condition}`;
    const reason = state?.reason === undefined ? '' : `: ${state.reason}`;
    throw new PluginError(`${token.id} is not available: ${why}${reason}`, {
      plugin: state?.plugin.definition.id ?? 'host',
      phase: 'run',
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    const [fault] = this.faults;
    if (fault !== undefined) throw fault;
    await startServices({
      registry: this.extensions,
      log: this.log,
      signal: AbortSignal.any([signal, this.#controller.signal]),
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#controller.abort();
    const isDone = await isDoneWithin(this.#parts.activated.dispose(), STOP_LIMIT_MS);
    if (!isDone) this.log.warn('stopping took too long', { limitMs: STOP_LIMIT_MS });
    await this.#parts.services.dispose();
    await this.#parts.fileLog.flush();
    await this.#parts.guard?.dispose();
  }

  flushLog(): void {
    this.#parts.fileLog.flushSync();
  }
}

/**
 * Puts a host together: configuration, log, services, plugins. What is wrong is in `faults` and makes `start` throw, so
 * that diagnostics still work; reading the state of a workspace creates nothing in it.
 */
export async function createHost(options: HostOptions = {}): Promise<Host> {
  forbidVendorTracing();
  const configuration = await configure(options);
  const { workspace, settings } = configuration;
  // Before any plugin is imported: a package that keeps functions of Node must keep the guarded ones.
  const guard = await guardProcess(settings);
  const secrets = new Set(configuration.secrets);
  const mask = (text: string): string => maskSecrets(text, secrets);
  const fileLog = createFileLog({
    file: join(workspace.stateDirectory, 'logs', 'wooster.log'),
    level: settings.log.level,
    clock: systemClock,
    mask,
  });
  const discovery = await findPlugins(configuration, options);
  for (const secret of declaredSecrets(discovery.found, configuration)) secrets.add(secret);
  const container = createServiceContainer();
  const registry = new ExtensionRegistry();
  for (const detector of BUILT_IN_DETECTORS) registry.add(CONTENT_DETECTORS, detector, 'host');
  const services = registerHostServices(container, {
    settings,
    workspace,
    clock: systemClock,
    log: fileLog.loggerFor('host'),
    extensions: registry,
  });
  const { slices, origins, toggles } = settings.plugins;
  const activated = activatePlugins({
    found: discovery.found,
    toggles,
    configuration: { slices, origins, variable: (name) => configuration.variables.find(name) },
    hostTokens,
    container,
    registry,
    workspace,
    loggerFor: (part) => fileLog.loggerFor(part),
  });
  // What could not be loaded, or was left out on purpose, cannot be told from what does not exist.
  const crossed = discovery.isWhole ? crossFaults(settings, registry, activated.states) : [];
  const faults = [...discovery.faults, ...crossed];
  return new ComposedHost({ configuration, fileLog, registry, container, activated, faults, services, guard, mask });
}
