import { join } from 'node:path';
import type { Disposable } from '../contracts/plugins/disposable.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import { CONTENT_DETECTORS } from '../contracts/privacy/content-detector.ts';
import type { PrivacyChoices } from '../contracts/privacy/privacy-choices.ts';
import type { PrivacyPolicy } from '../contracts/privacy/privacy-policy.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import type { Workspace } from '../contracts/settings/workspace.ts';
import { openDatabase } from '../kernel/database/open-database.ts';
import { createPrivacyChoices, PRIVACY_STEPS } from '../security/choices/privacy-choices.ts';
import { createPrivacyPolicy } from '../security/policy/create-privacy-policy.ts';

/** What the privacy of a host is made of. */
interface HostPrivacyParts {
  readonly settings: HostSettings;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly log: Logger;
  readonly extensions: Extensions;
}

/** Policy and choices of the workspace over one database, `privacy.db` beside state.db. */
interface HostPrivacy extends Disposable {
  readonly choices: PrivacyChoices;
  readonly policy: PrivacyPolicy;
}

/** The privacy of a workspace; nothing is opened, and no detector loaded, before it is asked. */
export function hostPrivacy({ settings, workspace, clock, log, extensions }: HostPrivacyParts): HostPrivacy {
  const path = join(workspace.stateDirectory, 'privacy.db');
  const holds = 'the classes and answers that were given with `wooster privacy`';
  const database = openDatabase({ path, holds, steps: PRIVACY_STEPS });
  const choices = createPrivacyChoices(database, clock);
  const detectors = () => extensions.list(CONTENT_DETECTORS);
  const policy = createPrivacyPolicy({ settings: settings.privacy, choices, detectors, log });
  return { choices, policy, dispose: () => database.dispose() };
}
