import { createGuardedHttp } from '../../../src/kernel/http/guarded-http.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';

/** Fetches an address of this machine by both clients, in whatever environment it was started with. */
const [url = ''] = process.argv.slice(2);
const http = createGuardedHttp({
  providerId: 'test',
  baseUrls: [url],
  needsPermit: false,
  permits: createPermitOffice(),
});
const limits = { connectMs: 5_000, headersMs: 5_000 };
const reply = await http.request({ method: 'GET', url, limits, signal: new AbortController().signal });
process.stdout.write(JSON.stringify([await reply.text(), await (await http.fetch()(url)).text()]));
http.dispose();
