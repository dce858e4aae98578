import { z } from 'zod';

/** One server that was found. */
const discoveredRowSchema = z.object({
  engine: z.string().describe('kind of provider; "unknown" when it is not recognised'),
  name: z.string(),
  version: z.string().optional(),
  address: z.string(),
  models: z.array(z.string()).optional().describe('absent when it did not tell them'),
  state: z.string(),
  latencyMs: z.number(),
  isConfigured: z.boolean(),
  provider: z.string().optional().describe('id of the provider that is configured there, or was saved'),
  note: z.string().optional(),
});

/** What a search for servers found, and what of it was saved. */
export const discoverResultSchema = z.object({
  servers: z.array(discoveredRowSchema),
  silentHosts: z.array(z.string()).describe('hosts of discovery.hosts at which nothing answered'),
  totalMs: z.number(),
  saved: z.array(z.string()).optional().describe('ids of the providers that were written'),
  file: z.string().optional().describe('where they were written'),
});

/** One server that was found. */
export type DiscoveredRow = z.output<typeof discoveredRowSchema>;

/** What a search for servers found, and what of it was saved. */
export type DiscoverResult = z.output<typeof discoverResultSchema>;
