import { guardEgress } from './egress-guard.ts';
import type { EgressRules } from './reachable.ts';

// Imported by Node before the first file of a process or thread; the rules are in its own address.
const written = new URL(import.meta.url).searchParams.get('rules');
if (written !== null) guardEgress(JSON.parse(written) as EgressRules);
