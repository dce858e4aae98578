import type { ActionContext, ModelRef } from 'wooster';
import type { EmbeddedRuntime } from '../runtime/embedded-runtime.ts';
import type { ActionPorts } from './action-ports.ts';

const EMBEDDED_KIND = 'embedded';

/** What of a turn decides whether the embedded model would answer it. */
interface FirstUse {
  readonly pinned?: ModelRef;
  readonly strategy?: string;
  readonly conversationId?: string;
}

/**
 * Fetches the embedded model before a turn that it would answer, with progress, since a download may take longer than
 * any limit of an answer. Does nothing when it is here, may not be fetched, or another model would answer.
 */
export async function prepareFirstUse(
  ports: ActionPorts,
  runtime: EmbeddedRuntime,
  turn: FirstUse & { readonly context: ActionContext },
): Promise<void> {
  if ((await runtime.isPresent()) || !runtime.mayDownload) return;
  const { context, ...wishes } = turn;
  const { signal, principal, progress } = context;
  const decision = await ports
    .router()
    .decide({ task: 'chat', needs: {}, privacy: 'any', principal, isPreview: true, ...wishes }, signal);
  const first = decision.chain[0]?.ref.split(':')[0];
  const entry = ports.settings.providers.find(({ id }) => id === first);
  if (entry?.kind !== EMBEDDED_KIND) return;
  const subscription = runtime.onPreparation(progress);
  try {
    await runtime.prepare(signal);
  } finally {
    progress.finish();
    await subscription.dispose();
  }
}
