import type { RequestListener } from "node:http";
import { isIP } from "node:net";
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
  if (isServedLocally && !isLoopback(nameIn(host)))
    return "The Host header does not name this machine.";
  // Browsers say where a request comes from; other clients do not. Only the page itself may be linked to.
  const site = request.header("sec-fetch-site") ?? "none";
  const isLink = request.path === "/" && request.header("sec-fetch-mode") === "navigate";
  // Where the address is not this machine's, browsers leave the former out.
  const origin = request.header("origin");
  const isOther = origin !== undefined && hostOf(origin) !== host.toLowerCase();
  if (isOther || (site !== "same-origin" && site !== "none" && !isLink))
    return "It comes from a web page of another origin.";
  return undefined;
}

/**
 * For a server that others reach: refuses what comes by a name that is not the server's, whatever it asks for. Browsers give a
 * page of somebody else the run of a name that was turned to this machine. An address cannot be turned.
 */
export function knownByName(ownName: string, listener: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const name = nameIn(incoming.headers.host ?? "");
    const isAddress = isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
    if (isAddress || isLoopback(name) || name === ownName.toLowerCase())
      return listener(incoming, outgoing);
    // Read to the end, so that the answer can be read.
    incoming.resume();
    outgoing
      .writeHead(403, { "Content-Type": "application/json; charset=UTF-8" })
      .end(JSON.stringify({ error: STRANGE_NAME }));
  };
}

const STRANGE_NAME =
  "The Host header is a name that this emulator was not given. Call it by its IP address, or start it with that name as host.";

/** Without the port. Names are the same in capitals. */
function nameIn(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

/** Nothing for `null`, which is a page without an origin. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
