import type { ContentDetector, HostSettings, ModelRouterService, PrivacyChoices, PrivacyPolicy } from 'wooster';

/** What the command looks at and changes; each is asked for when it is used. */
export interface PrivacyPorts {
  settings(): HostSettings;
  policy(): PrivacyPolicy;
  choices(): PrivacyChoices;
  router(): ModelRouterService;
  detectors(): readonly ContentDetector[];
  /** Names of the projects of the workspace. */
  projects(): Promise<readonly string[]>;
}
