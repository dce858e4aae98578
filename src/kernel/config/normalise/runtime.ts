import type { EmbeddedSettings, GenerationSettings, HostSettings } from '../../../contracts/settings/settings.ts';
import { DEFAULT_TOOL_SETTINGS, type ToolRule, type ToolSettings } from '../../../contracts/settings/tool-settings.ts';
import { writeLeaf } from '../layers/leaves.ts';
import type { Readings } from '../layers/reading.ts';

/** Turns a folder as written into an absolute one. */
type ResolvePath = (written: string) => string;

/** Settings of the engine inside Wooster; `defaultModelsDirectory` holds where no layer names a folder. */
export function normaliseEmbedded(readings: Readings, resolve: ResolvePath): EmbeddedSettings {
  return {
    isEnabled: readings.flag('embedded.enabled') ?? true,
    model: embeddedModel(readings.text('embedded.model') ?? '', resolve),
    contextTokens: readings.number('embedded.contextTokens') ?? Number.NaN,
    port: readings.number('embedded.port'),
    threads: readings.number('embedded.threads'),
    gpu: readings.text('embedded.gpu') === 'auto' ? 'auto' : 'off',
    ...downloads(readings),
    hubBaseUrl: (readings.text('embedded.hubBaseUrl') ?? '').replace(/\/+$/, ''),
    modelsDirectory: resolve(readings.text('embedded.modelsDirectory') ?? ''),
    localDirectories: readings.list('embedded.localDirectories').map(resolve),
  };
}

/** A path of a file or folder is made absolute; an id of the catalogue and `owner/name` of a hub stay as they are. */
function embeddedModel(written: string, resolve: ResolvePath): string {
  return isPath(written) ? resolve(written) : written;
}

/** The name that the embedded model is listed under: of a path the last part without `.gguf`, else what is written. */
export function embeddedModelId(written: string | undefined): string | undefined {
  if (written === undefined || !isPath(written)) return written;
  const name = written.split(/[/\\]+/).findLast((part) => part !== '') ?? written;
  return name.replace(/\.gguf$/i, '');
}

function isPath(written: string): boolean {
  return /\.gguf$/i.test(written) || /^[.~/\\]|^[A-Za-z]:|[/\\].*[/\\]/.test(written);
}

/** The switch for local-only sends nothing beyond the user's machines, so it forbids downloads too, in whatever layer it is. */
function downloads(readings: Readings): Pick<EmbeddedSettings, 'autoDownload' | 'downloadRefusal'> {
  const refusal = readings.all('routing.localOnly').find(({ value }) => value === true);
  const isAutomatic = readings.flag('embedded.autoDownload') ?? true;
  return { autoDownload: isAutomatic && refusal === undefined, downloadRefusal: refusal?.origin };
}

/** Defaults of generation. */
export function normaliseGeneration(readings: Readings): GenerationSettings {
  return {
    temperature: readings.number('generation.temperature'),
    maxTokens: readings.number('generation.maxTokens'),
    isStreaming: readings.flag('generation.streaming') ?? true,
  };
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Least level of the log. */
export function normaliseLogLevel(readings: Readings): HostSettings['log']['level'] {
  const written = readings.text('log.level');
  return LEVELS.find((level) => level === written) ?? 'info';
}

/** Toggles and slices of plugins, each with its origin; slices are checked later, by the plugins' own schemas. */
export function normalisePlugins(readings: Readings): HostSettings['plugins'] {
  const toggles: Record<string, { isEnabled: boolean; origin: string }> = {};
  const slices: Record<string, Record<string, unknown>> = {};
  const origins: Record<string, string> = {};
  for (const { segments, value, origin } of readings.below('plugins')) {
    const [, id, ...rest] = segments;
    if (id === undefined || rest.length === 0) continue;
    if (rest.join('.') === 'enabled') {
      writeLeaf(toggles, [id], { isEnabled: value === true, origin });
      continue;
    }
    writeLeaf(slices, [id, ...rest], value);
    origins[segments.slice(1).join('.')] = origin;
  }
  return { sources: readings.list('plugins.sources'), toggles, slices, origins };
}

/** How tools are run. A `deny` of any layer holds, whatever a stronger layer says. */
export function normaliseTools(readings: Readings): ToolSettings {
  const rule = (risk: keyof ToolSettings['approvals']): ToolRule => {
    const written = readings.text(`tools.approvals.${risk}`);
    return written === 'allow' || written === 'ask' || written === 'deny'
      ? written
      : DEFAULT_TOOL_SETTINGS.approvals[risk];
  };
  return {
    approvals: { read: rule('read'), write: rule('write'), network: rule('network') },
    timeoutMs: readings.number('tools.timeoutMs') ?? DEFAULT_TOOL_SETTINGS.timeoutMs,
    outputTokens: readings.number('tools.outputTokens') ?? DEFAULT_TOOL_SETTINGS.outputTokens,
  };
}
