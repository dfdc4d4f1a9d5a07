import { isLoopback } from "../delivery/callback-url.ts";
import type { ApiRequest } from "./http.ts";

/**
 * Why a request to the emulator itself is refused, if it is. A web page of somebody else must not be able to use it: not by
 * another name for this machine, not by a form, and not by holding connections open.
 */
export function refusalOf(request: ApiRequest, isServedLocally: boolean): string | undefined {
  const host = (request.header("host") ?? "").replace(/:\d+$/, "");
  if (isServedLocally && !isLoopback(host)) return "The Host header does not name this machine.";
  // Browsers say where a request comes from; other clients do not.
  const site = request.header("sec-fetch-site") ?? "none";
  const isLink = request.method === "GET" && request.header("sec-fetch-mode") === "navigate";
  if (site !== "same-origin" && site !== "none" && !isLink)
    return "It comes from a web page of another origin.";
  if (request.method === "GET") return undefined;
  return /^application\/json\b/i.test(request.header("content-type") ?? "")
    ? undefined
    : "Send it as application/json.";
}
