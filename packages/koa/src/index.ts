import {
  assertWebhooks,
  checkOptions,
  createPathMatcher,
  DEFAULT_PATH,
  type Webhooks,
} from "@whatsapp-webhooks/core";
import { toWebhookRequest } from "@whatsapp-webhooks/core/node";
import type { Context, Next } from "koa";

/** What {@link whatsappWebhooks} takes beside the webhooks. */
export interface KoaOptions {
  /**
   * The full path that the platform calls. Default: the route (`@koa/router`) or mount point (`koa-mount`) the
   * middleware stands at, else `/webhooks/whatsapp`. `:name` segments go to your secret function.
   */
  readonly path?: string | undefined;
}

/** For `app.use`, `koa-mount`, or `all` of `@koa/router`, whose `use` runs in front of its routes only. */
export type KoaMiddleware = (ctx: Context, next: Next) => Promise<void>;

const HINT =
  "a body parser such as koa-bodyparser read the body before the webhook. Put app.use(whatsappWebhooks(webhooks)) above it, " +
  "or use a parser that keeps ctx.request.rawBody, and lets 3 MB pass.";

/** What `koa-mount` and `@koa/router` leave on the context, and do not take back when they pass on. */
interface Traces {
  readonly mountPath?: string;
  readonly matched?: readonly {
    readonly methods: readonly string[];
    readonly stack: readonly unknown[];
  }[];
  readonly params?: Readonly<Record<string, string>>;
}

/** Mounts the callback URL: `app.use(whatsappWebhooks(webhooks))`. All other requests go on to the app. */
export function whatsappWebhooks(webhooks: Webhooks, options: KoaOptions = {}): KoaMiddleware {
  assertWebhooks(webhooks);
  checkOptions("whatsappWebhooks", options, { path: "other" });
  const { path } = options;
  const match = createPathMatcher(path ?? DEFAULT_PATH);
  const middleware: KoaMiddleware = async (ctx, next) => {
    const { mountPath, matched = [], params: found = {} } = ctx as Traces;
    const isRoute = matched.some((l) => l.methods.length > 0 && l.stack.includes(middleware));
    const isBelow = mountPath !== undefined && ctx.path !== ctx.originalUrl.split("?")[0];
    const isMounted = path === undefined && (isRoute || isBelow);
    const isRoot = isRoute || ctx.path === "/";
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
  return middleware;
}
