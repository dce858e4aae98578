import type { EmbeddingPurpose, EmbeddingsFactory, EmbeddingsPreparation, HostSettings } from 'wooster';
import type { EmbeddedRuntime } from './embedded-runtime.ts';

/** What tells whether an embedder inside Wooster would be used. */
interface PreparationPorts {
  readonly settings: HostSettings;
  readonly embeddings: () => EmbeddingsFactory;
}

/** The embedder that a purpose would use and that is not here; undefined where there is nothing to fetch. */
async function missing(
  ports: PreparationPorts,
  runtime: EmbeddedRuntime,
  { purpose, signal }: { purpose: EmbeddingPurpose; signal: AbortSignal },
): Promise<string | undefined> {
  const { isEnabled, model } = ports.settings.embeddings[purpose];
  if (!isEnabled || !runtime.mayDownload) return undefined;
  const [wanted] = runtime.embedders.named(model);
  if (wanted === undefined || (await runtime.embedders.isPresent(wanted.id))) return undefined;
  const { purposes } = await ports.embeddings().status(signal);
  const ref = purposes.find((each) => each.purpose === purpose)?.ref;
  const provider = ports.settings.providers.find(({ id }) => id === ref?.split(':')[0]);
  return provider?.kind === 'embedded' ? wanted.id : undefined;
}

/** Fetches the embedder of a purpose before its first use, with progress, where one inside Wooster would serve it. */
export function embeddingsPreparation(ports: PreparationPorts, runtime: EmbeddedRuntime): EmbeddingsPreparation {
  return {
    prepare: async (purpose, { signal, progress }) => {
      const id = await missing(ports, runtime, { purpose, signal });
      if (id === undefined) return;
      const subscription = runtime.onPreparation(progress);
      try {
        await runtime.embedders.prepare(id, { signal, isAskedFor: false });
      } finally {
        progress.finish();
        await subscription.dispose();
      }
    },
  };
}
