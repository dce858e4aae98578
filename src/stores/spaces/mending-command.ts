import type { EmbeddingPurpose } from '../../contracts/models/embedding-model.ts';

/** Which store a command is for. */
interface StoreName {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
}

/**
 * What mends a store: `migrate` embeds it anew, `accept` records that the model which answers now may be used with its
 * vectors, `prune` drops vectors that are not searched, `reconcile` brings those of a stand-in home.
 */
type Mending = 'migrate' | 'accept' | 'prune' | 'reconcile';

/** The command that mends a store, in backticks; `more` is put behind it. */
export function mendingCommand({ purpose, name }: StoreName, what: Mending, more = ''): string {
  if (what === 'accept' && purpose === 'projects') return `\`wooster projects accept ${name}\``;
  const action = what === 'reconcile' ? 'reconcile' : 'migrate';
  const store = purpose === 'userProfile' ? '--user-profile' : `--project ${name}`;
  const flag = what === 'accept' || what === 'prune' ? ` --${what}` : '';
  return `\`wooster ${action} ${store}${flag}${more}\``;
}
