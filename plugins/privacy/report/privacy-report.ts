import type { ContentTreatment, EmbeddingPurposeSettings, HostSettings, PrivacyScope, RouterStatus } from 'wooster';
import type { PrivacyPorts } from '../privacy-ports.ts';
import type { PrivacyReport } from '../privacy-schema.ts';
import { barrierForAll, classOfAll } from './cloud-barrier.ts';
import { providerRows } from './provider-rows.ts';

function embeddingRow(purpose: string, entry: EmbeddingPurposeSettings, settings: HostSettings, status: RouterStatus) {
  const row = { purpose, model: entry.model };
  if (!entry.isEnabled) return { ...row, goesTo: 'nobody: not embedded', why: entry.disabledReason ?? 'off' };
  const barrier = barrierForAll({ settings, isLocalOnly: status.isLocalOnly, strategy: status.strategy });
  if (barrier !== undefined) return { ...row, goesTo: 'local models', why: barrier.why };
  if (entry.refusal !== undefined) return { ...row, goesTo: 'local models', why: entry.refusal.origin };
  const permission = entry.permission ?? settings.routing.cloudPermission;
  if (permission !== undefined) return { ...row, goesTo: 'local models, then a cloud', why: permission.origin };
  const permitted = settings.providers.filter(({ permission: own }) => own !== undefined).map(({ id }) => id);
  if (permitted.length > 0) return { ...row, goesTo: `local models, ${permitted.join(', ')}`, why: 'permitted above' };
  return { ...row, goesTo: 'local models', why: 'no setting permits a cloud' };
}

function detectorRows(ports: PrivacyPorts): PrivacyReport['detectors'] {
  const { detect } = ports.settings().privacy;
  return ports.detectors().map(({ id, summary, treatment }) => ({
    id,
    finds: summary,
    treatment: detect[id] ?? treatment,
    why: detect[id] === undefined ? 'default' : 'privacy.detect',
  }));
}

function quoteAll(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ');
}

function ruleRows({ privacy }: HostSettings): PrivacyReport['rules'] {
  return privacy.rules.map(({ name, treatment, origin, words, pattern, ...about }) => {
    const { project, conversation, task, purpose } = about;
    const conditions = Object.entries({ project, conversation, task, purpose })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key} ${value}`);
    if (words !== undefined) conditions.push(`the words ${quoteAll(words)}`);
    if (pattern !== undefined) conditions.push(`the pattern /${pattern}/`);
    const holdsFor = conditions.length === 0 ? 'every call' : conditions.join(' and ');
    return { name, holdsFor, treatment: treatment satisfies ContentTreatment, why: origin };
  });
}

function describeScope({ kind, id }: PrivacyScope): { kind: PrivacyScope['kind']; id: string } {
  return { kind, id };
}

/** Choices, or the reason why they cannot be read. */
function readChoices(ports: PrivacyPorts): Pick<PrivacyReport, 'classes' | 'answers' | 'notices'> {
  try {
    const choices = ports.choices();
    return {
      classes: choices.classes().map(({ scope, privacy, at }) => ({ ...describeScope(scope), privacy, since: at })),
      answers: choices
        .consents()
        .map(({ providerId, project, isAllowed, at }) => ({ provider: providerId, project, isAllowed, since: at })),
      notices: [],
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const notice = `your choices cannot be read, so what is about a project or in a conversation stays local: ${message}`;
    return { classes: [], answers: [], notices: [notice] };
  }
}

/** Puts together what decides what may go where; asks no server. */
export function makeReport(ports: PrivacyPorts): PrivacyReport {
  const settings = ports.settings();
  const status = ports.router().status();
  const { localOnly } = settings.routing;
  const known = new Set(ports.detectors().map(({ id }) => id));
  const unknown = Object.keys(settings.privacy.detect).filter((id) => !known.has(id));
  const { classes, answers, notices } = readChoices(ports);
  return {
    localOnlySwitch: { isOn: localOnly !== undefined, why: localOnly?.origin ?? 'default' },
    everyCall: classOfAll(settings),
    firstUse: settings.privacy.firstUse,
    providers: [...providerRows(settings, status)],
    embeddings: [
      embeddingRow('projects', settings.embeddings.projects, settings, status),
      embeddingRow('userProfile', settings.embeddings.userProfile, settings, status),
    ],
    detectors: detectorRows(ports),
    rules: ruleRows(settings),
    classes,
    answers,
    notices: [
      ...notices,
      ...unknown.map((id) => `privacy.detect.${id}: there is no such detector (known: ${[...known].join(', ')})`),
    ],
  };
}
