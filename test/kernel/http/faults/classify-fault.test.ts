import { describe, expect, test } from '@jest/globals';
import { classifyFault } from '../../../../src/kernel/http/faults/classify-fault.ts';
import { readErrorText, readErrorValue } from '../../../../src/kernel/http/faults/error-body.ts';

function classify(status: number | undefined, text: string, more: object = {}): ReturnType<typeof classifyFault> {
  const place = { provider: 'p', address: '127.0.0.1:1', model: 'm', operation: 'chat' } as const;
  return classifyFault({ ...place, status, error: readErrorText(text), ...more });
}

function quotaError(details: unknown[]): string {
  return JSON.stringify([
    { error: { code: 429, message: 'You exceeded your current quota, check your plan', details } },
  ]);
}

describe('a refusal of a documented server', () => {
  test.each<[number | undefined, string, string, object?]>([
    [
      400,
      '{"error":"The number of tokens to keep from the initial prompt is greater than the context length."}',
      'E_CONTEXT',
    ],
    [undefined, '{"error":{"message":"Context size has been exceeded."}}', 'E_CONTEXT'],
    [
      400,
      '{"object":"error","message":"This model\'s maximum context length is 2048 tokens. However, you requested 2100 tokens","type":"BadRequestError","code":400}',
      'E_CONTEXT',
      { limitTokens: 2048, actualTokens: 2100 },
    ],
    [400, '{"error":{"message":"too long","code":"context_length_exceeded"}}', 'E_CONTEXT'],
    [
      400,
      '{"error":{"message":"Requested tokens (900) exceed context window of 512"}}',
      'E_CONTEXT',
      { limitTokens: 512 },
    ],
    [
      404,
      '{"error":{"message":"x","type":"invalid_request_error","param":"model","code":"model_not_found"}}',
      'E_MODEL_NOT_FOUND',
    ],
    [
      404,
      '{"error":{"message":"The model `x` does not exist.","type":"NotFoundError","code":404}}',
      'E_MODEL_NOT_FOUND',
    ],
    [400, '{"error":{"message":"No models loaded. Please load a model","code":null}}', 'E_MODEL_NOT_FOUND'],
    [503, '{"status":"starting","reason":"startup preload in progress"}', 'E_LOADING'],
    [503, '{"error":{"code":"model_loading","type":"model_loading","message":"please wait"}}', 'E_LOADING'],
    [429, '{"error":"Model is overloaded","error_type":"Overloaded"}', 'E_RATE_LIMITED'],
    [429, '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}', 'E_PROVIDER_CREDIT'],
    [402, '', 'E_PROVIDER_CREDIT'],
    [401, '{"error":"Unauthorized"}', 'E_PROVIDER_AUTH'],
    [401, '{"detail":"Invalid API key"}', 'E_PROVIDER_AUTH'],
    [
      422,
      '{"detail":[{"loc":["body","messages"],"msg":"field required"}]}',
      'E_REJECTED',
      { message: expect.stringMatching(/body\.messages: field required/) },
    ],
    [400, '{"error":{"message":"no","code":"content_filter"}}', 'E_FILTERED'],
    [502, '<!doctype html><h1>Bad gateway</h1>', 'E_PROVIDER_SERVER', { message: expect.stringMatching(/HTML page/) }],
    [500, '', 'E_PROVIDER_SERVER', { message: expect.stringMatching(/status 500/) }],
    [529, '{"error":{"message":"overloaded"}}', 'E_BUSY'],
    [503, '{"error":"server busy, please try again.  maximum pending requests exceeded"}', 'E_BUSY'],
    [
      undefined,
      '{"error_type":"x","error_message":"the engine died"}',
      'E_PROVIDER_SERVER',
      { message: expect.stringMatching(/the engine died/) },
    ],
    [
      400,
      '{"error":{"message":"\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser"}}',
      'E_CAPABILITY',
      { capability: 'tools' },
    ],
    [304, '', 'E_MALFORMED'],
    // Of our making: never tried elsewhere.
    [413, '', 'E_REJECTED'],
    [
      413,
      '{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}',
      'E_REJECTED',
    ],
    [422, '{"error":"batch size 33 > maximum allowed batch size 32","error_type":"Validation"}', 'E_REJECTED'],
    [411, '{"error":"Content-Length header is required"}', 'E_REJECTED'],
    // Unless they tell an overflow.
    [
      422,
      '{"error":"`inputs` must have less than 512 tokens. Given: 700","error_type":"Validation"}',
      'E_CONTEXT',
      { limitTokens: 512, actualTokens: 700 },
    ],
    [
      413,
      '{"error":{"message":"This model\'s maximum context length is 8192 tokens","code":"context_length_exceeded"}}',
      'E_CONTEXT',
      { limitTokens: 8192 },
    ],
    [
      400,
      '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 215000 tokens > 200000 maximum"}}',
      'E_CONTEXT',
      { limitTokens: 200_000, actualTokens: 215_000 },
    ],
    [
      400,
      '[{"error":{"code":400,"message":"The input token count (70000) exceeds the maximum number of tokens allowed (32768)."}}]',
      'E_CONTEXT',
      { limitTokens: 32_768, actualTokens: 70_000 },
    ],
    [
      400,
      '{"object":"error","message":"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"}',
      'E_CONTEXT',
      { limitTokens: 32_768, actualTokens: 40_000 },
    ],
    // The engine died or could not load, said under 400.
    [400, '{"error":"The model has crashed without additional information. (Exit code: 6)"}', 'E_PROVIDER_SERVER'],
    [400, '{"detail":"Failed to load model: out of memory"}', 'E_PROVIDER_SERVER'],
    [400, '{"error":"Model unloaded."}', 'E_PROVIDER_SERVER'],
    // A limit under another status.
    [
      413,
      '{"error":{"message":"Request too large for model `m` on tokens per minute (TPM): Limit 6000","type":"tokens","code":"rate_limit_exceeded"}}',
      'E_RATE_LIMITED',
    ],
    [undefined, '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}', 'E_RATE_LIMITED'],
    // The back end failed, not the request.
    [424, '{"error":"Backend failed","error_type":"Backend"}', 'E_PROVIDER_SERVER'],
    [408, '', 'E_PROVIDER_SERVER'],
    [499, '{"error":"request canceled"}', 'E_PROVIDER_SERVER'],
    [504, '', 'E_PROVIDER_SERVER'],
    [529, '', 'E_PROVIDER_SERVER'],
    [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'E_BUSY'],
    [undefined, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'E_BUSY'],
    [
      503,
      '{"error":{"message":"the engine is busy and 8 requests wait already; try again later","type":"busy_error"}}',
      'E_BUSY',
    ],
    [503, '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}', 'E_LOADING'],
    [503, '{"error":"Model org/m is currently loading","estimated_time":20}', 'E_LOADING'],
    [undefined, '{"error":"error loading model: missing tensor"}', 'E_PROVIDER_SERVER'],
    [503, '{"error":"failed to load model"}', 'E_PROVIDER_SERVER'],
    [500, '{"error":"loading model failed: out of memory"}', 'E_PROVIDER_SERVER'],
    [503, '{"error":"unhealthy","error_type":"Unhealthy"}', 'E_PROVIDER_SERVER'],
    // A path that is not there is not a model that is not there.
    [404, '', 'E_CAPABILITY', { capability: 'chat' }],
    [404, '{"detail":"Not Found"}', 'E_CAPABILITY'],
    [404, '<html><h1>404</h1></html>', 'E_CAPABILITY'],
    [
      404,
      '{"error":{"message":"Invalid URL (POST /v1/v1/chat/completions)","type":"invalid_request_error"}}',
      'E_CAPABILITY',
    ],
    [undefined, '{"error":"Unexpected endpoint or method. (POST /v1/chat)"}', 'E_CAPABILITY'],
    [405, '', 'E_CAPABILITY'],
    [404, '{"type":"error","error":{"type":"not_found_error","message":"model: m"}}', 'E_MODEL_NOT_FOUND'],
    [404, '{"error":"model \\"x\\" not found, try pulling it first"}', 'E_MODEL_NOT_FOUND'],
    [400, '{"object":"error","message":"Invalid model: m","type":"invalid_model","code":"1500"}', 'E_MODEL_NOT_FOUND'],
    // What it cannot do.
    [
      400,
      '{"error":{"message":"Invalid content type. image_url is only supported by certain models."}}',
      'E_CAPABILITY',
      { capability: 'vision' },
    ],
    [
      404,
      '{"error":{"message":"No endpoints found that support tool use","code":404}}',
      'E_CAPABILITY',
      { capability: 'tools' },
    ],
    [400, '{"error":{"message":"m is not a multimodal model"}}', 'E_CAPABILITY', { capability: 'vision' }],
    // Money, keys, filters.
    [
      400,
      '{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API"}}',
      'E_PROVIDER_CREDIT',
    ],
    [403, '{"error":{"message":"You are not allowed to sample from this model"}}', 'E_PROVIDER_AUTH'],
    [undefined, '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}', 'E_PROVIDER_AUTH'],
    [
      400,
      '{"error":{"message":"flagged as potentially violating our usage policy","code":"invalid_prompt"}}',
      'E_FILTERED',
    ],
    [
      403,
      '{"error":{"code":403,"message":"m requires moderation and your input was flagged for violence"}}',
      'E_FILTERED',
    ],
  ])('%s %s becomes %s', (status, text, code, fields = {}) => {
    expect(classify(status, text)).toMatchObject({ code, ...fields });
  });

  test('of a quota that comes back within a minute is a limit, and one that does not is want of credit', () => {
    const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' };
    expect(classify(429, quotaError([info]))).toMatchObject({ code: 'E_RATE_LIMITED', retryAfterMs: 34_000 });
    expect(classify(429, quotaError([]))).toMatchObject({ code: 'E_PROVIDER_CREDIT' });
  });

  test('of 503 with a wait is a full queue, with the wait', () => {
    expect(classify(503, '{"error":"cooling down"}', { retryAfterMs: 2000 })).toMatchObject({
      code: 'E_BUSY',
      retryAfterMs: 2000,
    });
  });

  test('names the line that fetches the model', () => {
    const { message } = classify(404, '{"error":"model \'x\' not found"}', {
      pullHint: 'fetch it with "ollama pull x"',
    });
    expect(message).toBe('p at 127.0.0.1:1: model \'x\' not found; fetch it with "ollama pull x"');
  });
});

describe('an error value', () => {
  test('is not seen in an answer', () => {
    expect(readErrorValue({ choices: [] })).toBeUndefined();
    expect(readErrorValue({ error: null, choices: [] })).toBeUndefined();
    expect(readErrorValue('text')).toBeUndefined();
  });
});
