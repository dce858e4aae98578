import type { z } from 'zod';
import type { ErrorRow } from '../errors/error-table.ts';
import type { Workspace } from '../settings/workspace.ts';
import type { Disposable } from './disposable.ts';
import type { Extensions, ExtensionPoint } from './extension-point.ts';
import { defineExtensionPoint } from './extension-point.ts';
import type { Logger } from './logger.ts';
import type { Token } from './token.ts';

/** Background work; `start` returns when it runs, and everything it opened ends when the signal aborts. */
export interface Service {
  readonly id: string;
  start(signal: AbortSignal): void | Promise<void>;
}

/** Background work of plugins, started after all have been activated. */
export const SERVICES: ExtensionPoint<Service> = defineExtensionPoint<Service>({
  id: 'services',
  summary: 'background work, started with the host',
  idOf: (service) => service.id,
});

/** One name users may have in their environment, and the field of the plugin's own slice that it sets. */
export interface EnvironmentBinding {
  readonly name: string;
  /** Dotted path inside the plugin's slice. */
  readonly path: string;
  readonly isSecret?: boolean;
}

/** Ids that the plugin will contribute to a point, so that help knows them while the plugin is off. */
export interface ContributionList {
  readonly point: ExtensionPoint<never> | ExtensionPoint<unknown> | { readonly id: string };
  readonly ids: readonly string[] | 'dynamic';
}

/** What a plugin sees of the host: a child scope of the host's container. */
export interface PluginScope<Settings = unknown> {
  /** The plugin's own slice of the configuration (`plugins.<id>`), checked by its schema. */
  readonly config: Settings;
  readonly log: Logger;
  readonly workspace: Workspace;
  /** What all plugins have contributed; read it when it is needed, not in `activate`. */
  readonly extensions: Extensions;
  /** The service behind a token; E_PLUGIN when the definition does not name it in `needs` or nothing provides it. */
  get<T>(token: Token<T>): T;
  /** Registers a service in the host's container; E_PLUGIN on a duplicate or a token not named in `provides`. */
  provide<T>(token: Token<T>, value: T): void;
  /** Adds a value to a point; E_PLUGIN on a duplicate id at start, refused with a log line at run time. */
  contribute<T>(point: ExtensionPoint<T>, value: T): Disposable;
  /** Keeps a disposable to be undone, in reverse order, when the plugin stops. */
  add(disposable: Disposable): void;
}

/** A plugin is one value. What it needs, provides and contributes is written in it, so order, help and errors are derived. */
export interface PluginDefinition<Schema extends z.ZodType = z.ZodType> {
  /** Kebab-case; also the name of its slice in the configuration. */
  readonly id: string;
  readonly version: string;
  readonly summary: string;
  readonly config: Schema;
  readonly env?: readonly EnvironmentBinding[];
  /** Rows of the plugin's own errors; codes start with `E_<PLUGIN>_`. */
  readonly errors?: readonly ErrorRow[];
  readonly needs?: readonly Token<unknown>[];
  readonly provides?: readonly Token<unknown>[];
  readonly contributes?: readonly ContributionList[];
  /** Constructs and registers; does no I/O. Background work is a `Service`. */
  activate(scope: PluginScope<z.output<Schema>>): void;
}

/** Gives a plugin definition its types; the host checks it at start-up. */
export function definePlugin<Schema extends z.ZodType>(definition: PluginDefinition<Schema>): PluginDefinition<Schema> {
  return definition;
}
