import type { Readable } from "node:stream";
import {
  assertWebhooks,
  checkOptions,
  createPathMatcher,
  DEFAULT_PATH,
  WebhookError,
  type Webhooks,
} from "@whatsapp-webhooks/core";
import { toWebhookRequest } from "@whatsapp-webhooks/core/node";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** What {@link whatsappWebhooks} takes beside the webhooks. */
export interface FastifyOptions {
  /**
   * The full path that the platform calls; a surrounding prefix is taken off. Default: the prefix the plugin is
   * registered under, else `/webhooks/whatsapp`. `:name` segments go to your secret function.
   */
  readonly path?: string | undefined;
}

/** For `app.register`, with a `prefix` or without. */
export type FastifyPlugin = (app: FastifyInstance) => Promise<void>;

const HINT =
  "a hook read the body before the webhook and kept no bytes. Let it skip this route, or keep request.rawBody.";

/**
 * Mounts the callback URL: `app.register(whatsappWebhooks(webhooks))`. The plugin is encapsulated: its content parser,
 * which leaves the body unread, is for its own route, and the app's parsers stay as they are.
 */
export function whatsappWebhooks(webhooks: Webhooks, options: FastifyOptions = {}): FastifyPlugin {
  assertWebhooks(webhooks);
  checkOptions("whatsappWebhooks", options, { path: "other" });
  const { path } = options;
  createPathMatcher(path ?? DEFAULT_PATH);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (request, payload, done) => {
      // One that a hook put there fails with nobody listening, if the request is refused before it is read: that ends the process.
      if (payload !== request.raw) payload.on("error", () => {});
      done(null, payload);
    });
    // "/" under a prefix: Fastify then takes the path with and without a trailing slash.
    await app.register(
      async (route) => {
        // fastify-raw-body would read beside us: rawBody tells it to keep off.
        const config: object = { rawBody: false };
        route.all("/", { config }, (request, reply) => answer(webhooks, request, reply));
      },
      { prefix: pathUnder(app.prefix, path) },
    );
  };
}

type Kept = { readonly rawBody?: unknown; readonly body?: unknown };

async function answer(
  webhooks: Webhooks,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Hooks keep the bytes on Fastify's request, middleware of the Express kind on Node's.
  const { rawBody: kept, body: parsed } = request.raw as Kept;
  const { rawBody = kept } = request as Kept;
  const stream = (request.body ?? undefined) as Readable | undefined;
  const { status, headers, body } = await webhooks.receive(
    toWebhookRequest(request.raw, {
      url: request.originalUrl,
      params: request.params as Readonly<Record<string, string>>,
      rawBody,
      body: parsed,
      // The request itself, unless a preParsing hook put another stream in its place.
      stream,
      hint: HINT,
    }),
  );
  return reply.code(status).headers(headers).send(body);
}

/** What is left of the full path under the prefix that the plugin was registered with. */
function pathUnder(prefix: string, path: string | undefined): string {
  if (path === undefined) return prefix === "" ? DEFAULT_PATH : "";
  const above = prefix.replace(/\/$/, "");
  if (`${path}/`.startsWith(`${above}/`)) return path.slice(above.length).replace(/\/$/, "");
  throw new WebhookError(
    "option_invalid",
    `path is the full path that the platform calls, so under the prefix "${prefix}" it must begin with it; got "${path}". ` +
      "Leave path out to use the prefix itself.",
  );
}
