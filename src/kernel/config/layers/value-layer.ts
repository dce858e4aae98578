import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import { describeIssue, unknownSetting } from '../faults/describe-issue.ts';
import { schemaAt } from '../schema/schema-path.ts';
import { settingsSchema } from '../schema/settings-schema.ts';
import { writeLeaf } from './leaves.ts';
import type { ReadingInput } from './reading.ts';

/** Checks one value that comes alone, from a variable or a flag; undefined when it is right. */
export function checkValue({ written, value, origin }: ReadingInput): ConfigError | undefined {
  const path = written.join('.');
  if (schemaAt(settingsSchema, written) === undefined && written[0] !== 'plugins') {
    return new ConfigError(`${origin}: ${path}: ${unknownSetting(written)}`, { path, origin });
  }
  const alone: Record<string, unknown> = {};
  writeLeaf(alone, written, value);
  const outcome = settingsSchema.safeParse(alone);
  const issue = outcome.error?.issues[0];
  const text = issue && describeIssue(issue, alone)[0]?.text;
  return text === undefined ? undefined : new ConfigError(`${origin}: ${text} (for ${path})`, { path, origin });
}
