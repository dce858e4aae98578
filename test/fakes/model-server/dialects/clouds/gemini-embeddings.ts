import { composeEmbeddings } from '../../answers/embedding-answer.ts';
import { isRecord, type Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { askedModel, can, findModel, type World } from '../../world.ts';
import { geminiFailure, textOfParts } from './gemini-words.ts';

const MOST_REQUESTS = 100;

interface Embedded {
  readonly embeddings: { values: unknown }[];
  readonly usageMetadata: { promptTokenCount: number };
}

function answer(call: Call, world: World, requests: Record<string, unknown>[]): Embedded | Reply {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (model === undefined || !can(model, 'embedding')) {
    return geminiFailure(
      404,
      `models/${name} is not found for API version v1beta, or is not supported for embedContent.`,
    );
  }
  if (requests.length > MOST_REQUESTS) {
    return geminiFailure(400, '* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n');
  }
  const asked = requests[0]?.['outputDimensionality'];
  const dimensions = typeof asked === 'number' ? Math.min(asked, model.dimensions) : model.dimensions;
  const { rows, promptTokens } = composeEmbeddings(world, {
    model: name,
    texts: requests.map(({ content }) => textOfParts(content)),
    dimensions,
    // Only the full length is of length one.
    isNormalised: dimensions === model.dimensions,
  });
  const embeddings = rows.map(({ vector }) => ({ values: vector }));
  return { embeddings, usageMetadata: { promptTokenCount: promptTokens } };
}

/** One text. */
export function embed(call: Call, world: World): Reply {
  const answered = answer(call, world, [call.body]);
  if ('steps' in answered) return answered;
  return jsonReply(200, { embedding: answered.embeddings[0], usageMetadata: answered.usageMetadata });
}

/** Up to a hundred texts, answered in their order. */
export function batchEmbed(call: Call, world: World): Reply {
  const requests = call.body['requests'];
  if (!Array.isArray(requests)) {
    return geminiFailure(400, '* BatchEmbedContentsRequest.requests: requests is not specified\n');
  }
  const answered = answer(
    call,
    world,
    requests.filter((each) => isRecord(each)),
  );
  return 'steps' in answered ? answered : jsonReply(200, answered);
}
