import { UsageError, type ActionContext, type RenderContext } from 'wooster';
import { checkText } from './operations/check-text.ts';
import { requireProject, requireProvider, requireScope } from './operations/require-known.ts';
import type { PrivacyPorts } from './privacy-ports.ts';
import { CLASSES, type PrivacyArguments, type PrivacyResult } from './privacy-schema.ts';
import { renderCheck } from './render/render-check.ts';
import { renderReport } from './render/render-report.ts';
import { describeClass } from './render/words.ts';
import { makeReport } from './report/privacy-report.ts';

type Answer = Extract<PrivacyResult, { operation: 'allow' | 'refuse' | 'ask' }>;

/** One value where the command takes one. */
function single(values: readonly string[], usage: string): string | undefined {
  if (values.length > 1) throw new UsageError(`one thing at a time: ${usage}`);
  return values[0];
}

async function answer(
  ports: PrivacyPorts,
  args: PrivacyArguments,
  operation: Answer['operation'],
): Promise<PrivacyResult> {
  const usage = `wooster privacy ${operation} <provider> --project <name>`;
  const provider = requireProvider(ports, single(args.what, usage), usage);
  const project = await requireProject(ports, args.project, usage);
  const isAllowed = { allow: true, refuse: false, ask: undefined }[operation];
  ports.choices().setConsent(provider, project, isAllowed);
  const row = makeReport(ports).providers.find((each) => each.provider === provider && each.where === 'cloud');
  const barrier = operation === 'allow' && row?.receives === 'nothing' ? row.why : undefined;
  return { operation, provider, project, barrier };
}

async function choose(ports: PrivacyPorts, args: PrivacyArguments): Promise<PrivacyResult> {
  const usage = 'wooster privacy set local-only|no-training|any --project <name> or --conversation <id>';
  const written = single(args.what, usage);
  const privacy = CLASSES.find((each) => each === written);
  if (privacy === undefined) throw new UsageError(`which class? ${usage}`);
  const scope = await requireScope(ports, args, usage);
  ports.choices().setClass(scope, privacy);
  return { operation: 'set', kind: scope.kind, id: scope.id, privacy };
}

async function takeBack(ports: PrivacyPorts, args: PrivacyArguments): Promise<PrivacyResult> {
  const usage = 'wooster privacy unset --project <name> or --conversation <id>';
  if (args.what.length > 0) throw new UsageError(`nothing but a scope is wanted: ${usage}`);
  const scope = await requireScope(ports, args, usage);
  ports.choices().setClass(scope, undefined);
  return { operation: 'unset', kind: scope.kind, id: scope.id };
}

/** Does what the options ask. */
export async function runPrivacy(
  ports: PrivacyPorts,
  args: PrivacyArguments,
  context: ActionContext,
): Promise<PrivacyResult> {
  const { operation, what, project, conversation, task } = args;
  if (operation === 'set') return choose(ports, args);
  if (operation === 'unset') return takeBack(ports, args);
  if (operation === 'check') {
    return checkText(ports, { words: what, subject: { task, project, conversationId: conversation } }, context);
  }
  if (operation === 'show') return { operation, ...makeReport(ports) };
  return answer(ports, args, operation);
}

const ANSWERS: Readonly<Record<Answer['operation'], string>> = {
  allow: 'may receive',
  refuse: 'does not receive',
  ask: 'is asked about again before it receives',
};

/** The result for a person. */
export function renderPrivacy(result: PrivacyResult, context: RenderContext): string {
  if (result.operation === 'show') return renderReport(result, context);
  if (result.operation === 'check') return renderCheck(result);
  if (result.operation === 'set') {
    return `${result.kind} ${result.id} is ${result.privacy}: what is about it goes ${describeClass(result.privacy ?? 'any')}`;
  }
  if (result.operation === 'unset') return `${result.kind} ${result.id} has no class of its own any more`;
  if (!('provider' in result)) return '';
  const { operation, provider, project, barrier } = result;
  const line = `${provider} ${ANSWERS[operation]} what is about the project ${project}`;
  return barrier === undefined ? line : `${line}\nit still receives nothing: ${barrier}`;
}
