import { MalformedReplyError, parseJson, type BaseUrl, type CloudPermit, type GuardedHttp, type Secret } from 'wooster';
import type { Place } from './call-faults.ts';
import type { Cloud, ListedModel, ModelPage } from './cloud.ts';
import { readRefusal } from './keyed-fetch.ts';

const LIST_LIMITS = { connectMs: 5_000, headersMs: 10_000 };
const LIST_BYTES = 16 * 1024 * 1024;

/** A list that goes on for longer is none. */
const MOST_PAGES = 40;

/** One look at the models of a cloud. */
interface ModelsRequest {
  readonly cloud: Cloud;
  readonly base: BaseUrl;
  readonly place: Place;
  readonly apiKey: Secret;
  readonly http: GuardedHttp;
  readonly permit: CloudPermit;
  readonly signal: AbortSignal;
  /** A wrong key is refused, also where the list itself looks at none. */
  readonly isKeyChecked: boolean;
}

async function get(path: string, request: ModelsRequest): Promise<unknown> {
  const { cloud, base, place, apiKey, http, permit, signal } = request;
  const { headers = {}, wire, rootOf } = cloud;
  const [name, value] = wire.sign(apiKey.reveal());
  const reply = await http.request({
    method: 'GET',
    url: `${rootOf?.(base) ?? base.root}${path}`,
    headers: { ...headers, [name]: value },
    limits: LIST_LIMITS,
    signal,
    permit,
  });
  const text = await reply.text(LIST_BYTES);
  if (reply.status === 200) return parseJson(text);
  throw readRefusal({ status: reply.status, headers: reply.headers, text }, { place, apiKey, wire });
}

/** All models of a cloud, page by page. */
export async function readModels(request: ModelsRequest): Promise<readonly ListedModel[]> {
  const { cloud, place, isKeyChecked } = request;
  if (isKeyChecked && cloud.keyPath !== undefined) await get(cloud.keyPath, request);
  const models: ListedModel[] = [];
  const seen = new Set<string>();
  let path: string | undefined = cloud.modelsPath;
  while (path !== undefined && seen.size < MOST_PAGES && !seen.has(path)) {
    seen.add(path);
    const page: ModelPage | undefined = cloud.readPage(await get(path, request));
    if (page === undefined) {
      const { provider, address } = place;
      throw new MalformedReplyError(`${provider} at ${address}: no list of models; check the base URL`, { provider });
    }
    models.push(...page.models);
    path = page.next;
  }
  return models;
}
