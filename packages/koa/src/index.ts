import { createPathMatcher, DEFAULT_PATH, type Webhooks } from "@whatsapp-webhooks/core";
import { toWebhookRequest } from "@whatsapp-webhooks/core/node";
import type { Context, Next } from "koa";

export interface KoaOptions {
  /**
   * The full path that the platform calls. Default: the route (`@koa/router`) or mount point (`koa-mount`) the
   * middleware stands at, else `/webhooks/whatsapp`. `:name` segments go to your secret function.
   */
  readonly path?: string | undefined;
}

export type KoaMiddleware = (ctx: Context, next: Next) => Promise<void>;

const HINT =
  "a body parser such as koa-bodyparser read the body before the webhook. Put app.use(whatsappWebhooks(webhooks)) above it, " +
  "or use a parser that keeps ctx.request.rawBody.";

/** What `@koa/router` and `koa-mount` leave on the context. */
interface Mounted {
  readonly _matchedRoute?: unknown;
  readonly mountPath?: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** Mounts the callback URL: `app.use(whatsappWebhooks(webhooks))`. All other requests go on to the app. */
export function whatsappWebhooks(webhooks: Webhooks, { path }: KoaOptions = {}): KoaMiddleware {
  const match = createPathMatcher(path ?? DEFAULT_PATH);
  return async (ctx, next) => {
    const { _matchedRoute, mountPath, params: found = {} } = ctx as Mounted;
    const isMounted = path === undefined && (_matchedRoute ?? mountPath) !== undefined;
    const isRoot = _matchedRoute !== undefined || ctx.path === "/";
    const params = isMounted ? (isRoot ? found : undefined) : match(ctx.originalUrl);
    if (params === undefined) return next();
    const { rawBody, body } = ctx.request as typeof ctx.request & {
      rawBody?: unknown;
      body?: unknown;
    };
    const response = await webhooks.receive(
      toWebhookRequest(ctx.req, { url: ctx.originalUrl, params, rawBody, body, hint: HINT }),
    );
    ctx.status = response.status;
    ctx.set({ ...response.headers });
    ctx.body = response.body;
  };
}
