import { isLoopback } from "../delivery/callback-url.ts";
import type { ApiHandler, ApiRequest } from "./http.ts";

/**
 * Refuses what a web page of somebody else sends, whichever API it is meant for: the tokens of the emulated APIs are no
 * secret, and whoever gets in can have the emulator send requests. Such a page comes by another name for this machine, by
 * forms, or by holding connections open.
 */
export function doorkeeper(isServedLocally: () => boolean): ApiHandler {
  return (request) => {
    const reason = refusalOf(request, isServedLocally());
    return reason === undefined ? undefined : { status: 403, json: { error: reason } };
  };
}

function refusalOf(request: ApiRequest, isServedLocally: boolean): string | undefined {
  const host = request.header("host") ?? "";
  if (isServedLocally && !isLoopback(host.replace(/:\d+$/, "")))
    return "The Host header does not name this machine.";
  // Browsers say where a request comes from; other clients do not. Only the page itself may be linked to.
  const site = request.header("sec-fetch-site") ?? "none";
  const isLink = request.path === "/" && request.header("sec-fetch-mode") === "navigate";
  // Where the address is not this machine's, browsers leave the former out.
  const origin = request.header("origin");
  const isOther = origin !== undefined && hostOf(origin) !== host;
  if (isOther || (site !== "same-origin" && site !== "none" && !isLink))
    return "It comes from a web page of another origin.";
  return undefined;
}

/** Nothing for `null`, which is a page without an origin. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
