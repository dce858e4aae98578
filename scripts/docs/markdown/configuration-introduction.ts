/** What a person should know before the tables of settings. */
export const CONFIGURATION_INTRODUCTION = `
Nothing has to be configured: without any file a model runs inside Wooster. \`wooster config\` shows every setting with the
file, variable or flag it comes from; \`wooster config --check\` lists every fault and exits with 78 when there is one.

## Where settings come from

A later line wins over an earlier one, setting by setting:

1. what is built in,
2. \`config/default.json\`, as shipped and then the workspace's own,
3. \`config/local.json\`, \`config/local.yaml\`, \`config/local.yml\`,
4. the file named by \`--config\`,
5. \`config/llm_providers.yaml\`,
6. the file \`.env\` in the root of the workspace,
7. the environment: see [environment.md](environment.md),
8. flags: \`--local-only\`, \`--log-level\`, and \`--set path=value\` for any setting.

\`null\`, an empty text and an empty variable are unset: they change nothing. An unknown name is a fault that names the
nearest right one. Texts of files may hold \`\${NAME}\` or \`\${NAME:-default}\`, filled in from the environment and \`.env\`;
in the section of a provider an unset \`\${NAME}\` switches that provider off and says so, elsewhere it is a fault. Sections
of plugins are taken as written.

The root of the workspace is \`--home\`, else \`WOOSTER_HOME\`, else the nearest folder upwards that holds \`.wooster/\`,
\`config/llm_providers.yaml\`, a settings file in \`config/\` with one of the sections below, or the package \`wooster\`
itself; else the data folder of the user. Looking for it creates nothing. Relative paths of settings start at the root.

## Permission for the cloud

Nothing is sent to a cloud unless one of these says so, and each permits only what it names:

| Setting | Permits |
| --- | --- |
| \`routing.cloud.allow: true\` | every configured cloud |
| \`fallbackToCloud: true\` of a purpose of embeddings | embeddings of that purpose |
| \`LOCALMLX_FALLBACK_TO_OPENAI=true\` | the provider \`openai\` |
| \`enabled: true\` on a cloud entry of \`config/llm_providers.yaml\` | that entry |

An entry of the provider file is a cloud entry when its kind is a cloud, or when it is an endpoint of no known engine that
is not \`declaredLocal\`. A key is never a permission, an order of fallbacks is never a permission, and what is unset says
nothing.

**A refusal wins.** Any one of these, in any layer, forbids every cloud, whatever the other layers say:
\`routing.cloud.allow: false\`, \`routing.localOnly: true\` (\`--local-only\`, \`WOOSTER_LOCAL_ONLY\`),
\`routing.privacy: local-only\`, \`routing.defaultProvider: local\`, \`routing.strategy: local-only\`. In the same way
\`enabled: false\` on a cloud, \`fallbackToCloud: false\` and \`LOCALMLX_FALLBACK_TO_OPENAI=false\` withdraw what they name.
While there is a fault anywhere in the configuration every cloud is refused too: the fault may have been the refusal.

## Providers

A provider is a section of \`providers\`, in \`config/local.json\` or \`config/llm_providers.yaml\`:

\`\`\`json
{ "providers": { "lmstudio": { "baseUrl": "http://localhost:1234", "model": "qwen2.5-7b-instruct", "priority": 1 } } }
\`\`\`

Its name is the part before the colon of a model: \`lmstudio:qwen2.5-7b-instruct\`. Sections with the same name in several
layers are one provider. The kind follows from the name where it is that of a known engine, and is a generic endpoint
otherwise. Priority 1 is tried before priority 2; time-outs of this section are seconds.

An address may be written as a URL, \`host:port\` or \`host\`, with or without \`/v1\`. Trailing slashes are cut, \`0.0.0.0\` is
read as \`127.0.0.1\`, a missing scheme is \`http\`, and without a scheme a missing port is that of the engine; a path is
kept.

The server of \`routing.providers.local\` is the provider \`local\`, in both shapes: \`serverUrl\` with \`models.chat\`, and
\`chat.baseURL\` with \`chat.model\`. If a file has both, the latter wins. It counts as your own machine. Without an address
it is \`http://localhost:8000\`. \`openai\` may also stand in \`routing.providers.openai\` or \`cloud.openai\`. An address on the
port of Ollama given here is asked in the OpenAI way; name the provider \`ollama\` to use Ollama's own.

## Names of strategies

\`local-first\` tries your machines first, \`cloud-first\` the permitted clouds. \`local-only\` is \`local-first\` with every
cloud refused. Older names are understood: \`hybrid\` and \`local_fallback\` as \`local-first\`, and \`claude_only\` (or any other
\`<provider>_only\`) as that provider and no other, which permits nothing.
`.trim();
