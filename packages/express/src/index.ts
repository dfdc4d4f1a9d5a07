import {
  assertWebhooks,
  checkOptions,
  createPathMatcher,
  DEFAULT_PATH,
  type Webhooks,
} from "@whatsapp-webhooks/core";
import { sendResponse, toWebhookRequest } from "@whatsapp-webhooks/core/node";
import type { NextFunction, Request, Response } from "express";

/** What {@link whatsappWebhooks} takes beside the webhooks. */
export interface ExpressOptions {
  /**
   * The full path that the platform calls. Default: the route or mount point the middleware stands at,
   * else `/webhooks/whatsapp`. `:name` segments go to your secret function.
   */
  readonly path?: string | undefined;
}

/** For `app.use`, a router, or `app.all`. */
export type ExpressMiddleware = (req: Request, res: Response, next: NextFunction) => void;

const HINT =
  "a body parser such as express.json() read the body before the webhook. Put app.use(whatsappWebhooks(webhooks)) above it, " +
  'or keep the bytes, of large bodies too: express.json({ limit: "4mb", verify: (req, _res, bytes) => { Object.assign(req, { rawBody: bytes }); } }).';

/** What Express's types leave out: the handlers of a route. */
interface Route {
  readonly stack: readonly { readonly handle: unknown }[];
}

/** Mounts the callback URL: `app.use(whatsappWebhooks(webhooks))`. All other requests go on to the app. */
export function whatsappWebhooks(
  webhooks: Webhooks,
  options: ExpressOptions = {},
): ExpressMiddleware {
  assertWebhooks(webhooks);
  checkOptions("whatsappWebhooks", options, { path: "other" });
  const { path } = options;
  const match = createPathMatcher(path ?? DEFAULT_PATH);
  const middleware: ExpressMiddleware = (req, res, next) => {
    // Express leaves `req.route` behind when a route passes on, so that it is there need not mean that we are in it.
    const isRoute = (req.route as Route | undefined)?.stack.some((l) => l.handle === middleware);
    const isMounted = path === undefined && (req.baseUrl !== "" || isRoute === true);
    const isRoot = isRoute === true || req.path === "/";
    const params = isMounted ? (isRoot ? req.params : undefined) : match(req.originalUrl);
    if (params === undefined) {
      next();
      return;
    }
    const { rawBody, body } = req as Request & { rawBody?: unknown };
    const request = toWebhookRequest(req, {
      url: req.originalUrl,
      params: params as Readonly<Record<string, string>>,
      rawBody,
      body,
      hint: HINT,
    });
    webhooks.receive(request).then((response) => sendResponse(res, response), next);
  };
  return middleware;
}
