import { privacyAction } from '../../../plugins/privacy/privacy-action.ts';
import {
  LOCAL_PRINCIPAL,
  type HostSettings,
  type Locality,
  type PrivacySettings,
  type ProviderEntry,
  type RouterStatus,
} from '../../../src/index.ts';
import { BUILT_IN_DETECTORS } from '../../../src/security/detect/built-in-detectors.ts';
import { createPrivacyPolicy } from '../../../src/security/policy/create-privacy-policy.ts';
import { createTerminalDouble } from '../../doubles/terminal-double.ts';
import { keepingLogger } from '../../kernel/plugins/plugin-doubles.ts';
import { createChoicesDouble } from '../../security/policy/rig.ts';

/** What a rig is made with. */
interface RigOptions {
  readonly routing?: Partial<HostSettings['routing']>;
  readonly privacy?: Partial<PrivacySettings>;
  readonly providers?: readonly Partial<ProviderEntry>[];
  readonly embeddings?: Partial<Record<'projects' | 'userProfile', object>>;
  /** Provider and where each of its models runs. */
  readonly targets?: readonly (readonly [string, Locality])[];
  readonly status?: Partial<RouterStatus>;
  readonly projects?: readonly string[];
  readonly input?: string;
}

/** Which setting permits the clouds of a rig. */
export const ALLOWED = { origin: 'config/local.json: routing.cloud.allow' };

function settingsOf({ routing, privacy, providers, embeddings }: RigOptions): HostSettings {
  const purpose = { isEnabled: true, model: 'sentence-transformers/all-MiniLM-L6-v2', fallbackToCloud: false };
  return {
    routing: { privacy: 'any', ...routing },
    privacy: { detect: {}, firstUse: 'ask', rules: [], ...privacy },
    providers: (providers ?? []).map((entry) => ({ isDeclaredLocal: false, origin: 'config/local.json', ...entry })),
    embeddings: {
      projects: { ...purpose, ...embeddings?.projects },
      userProfile: { ...purpose, ...embeddings?.userProfile },
    },
  } as unknown as HostSettings;
}

function statusOf({ targets, status }: RigOptions): RouterStatus {
  return {
    strategy: 'local-first',
    strategies: ['local-first'],
    isLocalOnly: false,
    switches: [],
    disabled: [],
    targets: (targets ?? []).map(([providerId, value]) => ({
      model: { providerId, locality: { value, origin: 'config' } },
    })) as unknown as RouterStatus['targets'],
    ...status,
  };
}

const detectors = () => BUILT_IN_DETECTORS;

/** The command over choices in memory. */
export function makeRig(options: RigOptions = {}) {
  const choices = createChoicesDouble();
  const settings = settingsOf(options);
  const policy = createPrivacyPolicy({ settings: settings.privacy, choices, detectors, log: keepingLogger() });
  const action = privacyAction({
    settings: () => settings,
    policy: () => policy,
    choices: () => choices,
    router: () => ({ status: () => statusOf(options) }) as never,
    detectors,
    projects: async () => options.projects ?? ['handbook', 'clients'],
  });
  const terminal = createTerminalDouble([], { readInput: async () => options.input });
  const run = async (args: Record<string, unknown> = {}, width = 80): Promise<{ result: unknown; text: string }> => {
    const result: unknown = await action.run(action.args.parse(args), {
      signal: new AbortController().signal,
      progress: { update: () => {}, note: () => {}, finish: () => {} },
      principal: LOCAL_PRINCIPAL,
      terminal,
    });
    action.result.parse(result);
    return { result, text: (await action.render?.(result, { width, hasColor: false })) ?? '' };
  };
  return { run, choices, policy };
}
