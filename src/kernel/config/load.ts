import { posix, win32 } from 'node:path';
import { ConfigError } from '../../contracts/errors/host-errors.ts';
import type { WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { HostSettings } from '../../contracts/settings/settings.ts';
import type { Workspace } from '../../contracts/settings/workspace.ts';
import { listEntries } from './entries.ts';
import type { ConfigurationEntry } from './entries.ts';
import type { Environment } from './env.ts';
import { readEnvironmentLayer } from './layers/environment-layer.ts';
import { readFileLayer } from './layers/file-layer.ts';
import { readFlagLayer } from './layers/flag-layer.ts';
import type { ConfigurationFlags } from './layers/flag-layer.ts';
import { leavesOf } from './layers/leaves.ts';
import { RANKS, Readings, toReading } from './layers/reading.ts';
import { readSettingsFiles } from './layers/settings-files.ts';
import type { ReadText } from './layers/settings-files.ts';
import { Variables } from './layers/variables.ts';
import { normaliseDiscovery, normaliseLifecycle } from './normalise/lifecycle.ts';
import { normaliseKnowledge } from './normalise/knowledge.ts';
import { embeddingEntries } from './normalise/embedding-entries.ts';
import { normaliseBudget, normaliseCache, normalisePrivacy, normaliseUsage } from './normalise/accounts.ts';
import { normaliseEmbeddings } from './normalise/embeddings.ts';
import { normaliseProviders } from './normalise/providers.ts';
import { normaliseProxies, proxySecrets } from './normalise/proxies.ts';
import { normaliseRouting } from './normalise/routing.ts';
import {
  normaliseEmbedded,
  normaliseGeneration,
  normaliseLogLevel,
  normalisePlugins,
  normaliseTools,
} from './normalise/runtime.ts';
import { BUILT_IN_DEFAULTS } from './schema/built-in-defaults.ts';
import { isSecretName, maskSecrets } from './secrets.ts';
import { expandHome, findWorkspace } from './workspace.ts';

/** Everything the loader looks at; it reads nothing of the process itself. */
interface ConfigurationInput {
  readonly flags?: ConfigurationFlags;
  readonly environment: Environment;
  readonly workingDirectory: string;
  /** Folder of the package, whose `config/default.json` is the shipped one. */
  readonly packageDirectory: string;
  /** Home folder of the user. */
  readonly home: string;
  readonly platform: string;
  /** Reads a file as text; undefined when there is none, and an exception when it cannot be read. */
  readonly readText?: ReadText;
}

/** The configuration, where it came from, and what is wrong with it. */
export interface LoadedConfiguration {
  /** Wrong values are left out, so this is whole even when there are faults; while there are, the cloud is refused. */
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  /** Every effective value with its origin, secrets masked: what `wooster config` shows. */
  readonly entries: readonly ConfigurationEntry[];
  /** Everything that is wrong, each one line; `requireFaultless` throws the first. */
  readonly faults: readonly WoosterError[];
  /** The entries that are not available in this version. */
  readonly unavailable: readonly ConfigurationEntry[];
  /** Values that must never be printed, for the masks of the log and of the command line. */
  readonly secrets: ReadonlySet<string>;
  /** Environment and `.env` file together, for the names that plugins declare. */
  readonly variables: Variables;
  /** Names of the files that were read, weakest first. */
  readonly files: readonly string[];
}

/**
 * Reads all layers into one shape: built-in defaults, `config/default.json`, `config/local.*`, a file of `--config`,
 * `config/llm_providers.yaml`, `.env`, the environment, flags. Throws nothing for a wrong setting or file: see `faults`.
 */
export async function loadConfiguration(input: ConfigurationInput): Promise<LoadedConfiguration> {
  const workspace = await findWorkspace({
    homeFlag: input.flags?.home,
    environment: input.environment,
    workingDirectory: input.workingDirectory,
    userHome: input.home,
    platform: input.platform,
  });
  const files = await readSettingsFiles({ ...input, workspace });
  const variables = new Variables(input.environment, files.dotEnvText);
  const layers = [
    ...files.settings.map((file) => readFileLayer(file, variables)),
    readEnvironmentLayer(variables),
    readFlagLayer(input.flags ?? {}),
  ];
  const faults = [...files.faults, ...layers.flatMap((layer) => layer.faults)];
  const readings = new Readings([
    ...defaultReadings(workspace),
    ...layers.flatMap((layer) => layer.readings),
    ...(faults.length === 0 ? [] : [REFUSAL_OF_FAULTS]),
  ]);
  const secrets = collectSecrets(readings, variables);
  const settings = normalise(readings, { input, workspace, faults, variables });
  const entries = listEntries({ readings, secrets, routing: settings.routing });
  return {
    settings,
    workspace,
    entries,
    faults: faults.map((fault) => maskFault(fault, secrets)),
    unavailable: entries.filter(({ isUnavailable }) => isUnavailable),
    secrets,
    variables,
    files: files.names,
  };
}

/** What is wrong or cannot be read may have been a refusal of the cloud, so any fault counts as one. */
const REFUSAL_OF_FAULTS = toReading({
  written: ['routing', 'localOnly'],
  value: true,
  origin: 'faults of the configuration',
  rank: RANKS.default,
});

/** Throws the first fault, with the number of the others; does nothing when there is none. */
export function requireFaultless(faults: readonly WoosterError[]): void {
  const [first, ...others] = faults;
  if (first === undefined) return;
  if (others.length === 0 || !(first instanceof ConfigError)) throw first;
  const more = `${others.length} more fault${others.length === 1 ? '' : 's'}: \`wooster config --check\` lists all`;
  throw new ConfigError(`${first.message} (${more})`, { ...first.details, cause: first });
}

interface NormaliseContext {
  readonly input: ConfigurationInput;
  readonly workspace: Workspace;
  readonly faults: WoosterError[];
  readonly variables: Variables;
}

function normalise(readings: Readings, { input, workspace, faults, variables }: NormaliseContext): HostSettings {
  const paths = input.platform === 'win32' ? win32 : posix;
  const resolve = (written: string): string => paths.resolve(workspace.root, expandHome(written, input.home));
  const embeddings = normaliseEmbeddings(readings, resolve);
  const providers = [
    ...normaliseProviders(readings, faults),
    ...embeddingEntries({ readings, embeddings }, faults),
  ].sort((left, right) => left.priority - right.priority);
  return {
    routing: normaliseRouting(readings),
    providers,
    embedded: normaliseEmbedded(readings, resolve),
    embeddings,
    knowledge: normaliseKnowledge(readings),
    discovery: normaliseDiscovery(readings),
    lifecycle: normaliseLifecycle(readings),
    privacy: normalisePrivacy(readings),
    budget: normaliseBudget(readings),
    usage: normaliseUsage(readings),
    cache: normaliseCache(readings),
    proxies: normaliseProxies(variables),
    generation: normaliseGeneration(readings),
    areToolsEnabled: readings.flag('tools.enabled') ?? true,
    tools: normaliseTools(readings),
    log: { level: normaliseLogLevel(readings) },
    plugins: normalisePlugins(readings),
  };
}

function defaultReadings(workspace: Workspace): ReturnType<typeof toReading>[] {
  const separator = workspace.cacheDirectory.includes('\\') ? '\\' : '/';
  const modelsDirectory = `${workspace.cacheDirectory}${separator}models`;
  return [...leavesOf({ ...BUILT_IN_DEFAULTS, embedded: { ...BUILT_IN_DEFAULTS.embedded, modelsDirectory } })].map(
    ({ segments, value }) => toReading({ written: segments, value, origin: 'default', rank: RANKS.default }),
  );
}

/** Texts of settings with a secret name, and of every variable that is named like one, and credentials of proxies. */
function collectSecrets(readings: Readings, variables: Variables): ReadonlySet<string> {
  const secrets = new Set<string>();
  for (const path of readings.paths()) {
    for (const { segments, value } of readings.all(path)) {
      if (typeof value === 'string' && segments.some(isSecretName)) secrets.add(value);
    }
  }
  for (const name of variables.names().filter(isSecretName)) {
    for (const { value } of variables.each(name)) secrets.add(value);
  }
  for (const secret of proxySecrets(normaliseProxies(variables))) secrets.add(secret);
  return secrets;
}

function maskFault(fault: WoosterError, secrets: ReadonlySet<string>): WoosterError {
  const message = maskSecrets(fault.message, secrets);
  if (message === fault.message) return fault;
  const { path, origin } = fault.details as { path?: string; origin?: string };
  return new ConfigError(message, {
    path: path && maskSecrets(path, secrets),
    origin: origin && maskSecrets(origin, secrets),
  });
}
