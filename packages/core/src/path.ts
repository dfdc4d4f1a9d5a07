import { WebhookError } from "./errors.ts";

/** The path the platform calls when the user names none. */
export const DEFAULT_PATH = "/webhooks/whatsapp";

/** Refuses what is not `createWebhooks()`'s, such as the request of a framework that was handed the adapter uncalled. */
export function assertWebhooks(webhooks: unknown): void {
  if (typeof (webhooks as { receive?: unknown } | null | undefined)?.receive === "function") return;
  throw new WebhookError(
    "option_invalid",
    "whatsappWebhooks needs what createWebhooks() returned: app.use(whatsappWebhooks(webhooks)).",
  );
}

type Params = Readonly<Record<string, string>>;
const NO_PARAMS: Params = Object.freeze({});

/**
 * Compiles a full path into a test of request URLs. The query is ignored, one trailing slash is tolerated,
 * and `:name` segments match any one segment. Returns what they matched, or undefined for another path.
 */
export function createPathMatcher(path: string): (url: string) => Params | undefined {
  if (!path.startsWith("/") || /[?#]/.test(path)) {
    throw new WebhookError(
      "option_invalid",
      `path must be a full path such as "${DEFAULT_PATH}", without a query; got ${JSON.stringify(path)}.`,
    );
  }
  const wanted = withoutTrailingSlash(path);
  if (!wanted.includes("/:")) {
    return (url) => (pathOf(url) === wanted ? NO_PARAMS : undefined);
  }
  const segments = wanted.split("/");
  return (url) => {
    const found = pathOf(url).split("/");
    if (found.length !== segments.length) return undefined;
    const params: Record<string, string> = Object.create(null);
    for (const [i, segment] of segments.entries()) {
      const value = found[i] as string;
      if (!segment.startsWith(":")) {
        if (segment !== value) return undefined;
        continue;
      }
      const decoded = decode(value);
      if (decoded === undefined || decoded === "") return undefined;
      params[segment.slice(1)] = decoded;
    }
    return params;
  };
}

/** The path of a request target: no query, no origin, no trailing slash. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  const target = query === -1 ? url : url.slice(0, query);
  const from = target.startsWith("/") ? 0 : target.indexOf("/", target.indexOf("://") + 3);
  return withoutTrailingSlash(target.slice(Math.max(0, from)));
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
