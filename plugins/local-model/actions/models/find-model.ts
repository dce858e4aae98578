import { UsageError, type AvailableModel } from 'wooster';

/** Names shown when one is not found. */
const NAMES_SHOWN = 8;

/** The model of that reference; UsageError with the nearest thing to help where there is none, or where it cannot be asked. */
export function requireModel(models: readonly AvailableModel[], ref: string): AvailableModel {
  const found = models.find(({ model }) => model.ref === ref || model.ref === `${ref}:latest`);
  if (found !== undefined) return found;
  const names = models.slice(0, NAMES_SHOWN).map(({ model }) => model.ref);
  const more = models.length > names.length ? ` and ${models.length - names.length} more` : '';
  const known = names.length === 0 ? 'there is none at all' : `there are ${names.join(', ')}${more}`;
  throw new UsageError(`no model is called ${ref}: ${known}; see \`wooster models\``);
}
