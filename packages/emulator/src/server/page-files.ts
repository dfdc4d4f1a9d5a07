import { readFile } from "node:fs/promises";
import { errorCode } from "../error-code.ts";
import type { ApiAnswer, ApiHandler } from "./http.ts";

/** Beside this file when it is built, and where `page/build.mjs` puts it. */
const folder = new URL("../../dist/page/", import.meta.url);
/** Only in the project itself: there the page is made when it is asked for. */
const builder = new URL("../../page/build.mjs", import.meta.url);

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=UTF-8",
  html: "text/html; charset=UTF-8",
  js: "text/javascript; charset=UTF-8",
  svg: "image/svg+xml",
  txt: "text/plain; charset=UTF-8",
};

/** Nothing from elsewhere, nothing inline, no frame around it. */
const headers = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** The emulator's web page, at `/`. */
export function pageFiles(): ApiHandler {
  return async (request) => {
    const [, name] = /^\/page\/([\w-]+\.\w+)$/.exec(request.path) ?? [];
    if (request.method !== "GET" || (request.path !== "/" && name === undefined)) return undefined;
    if (name === undefined) await build();
    return fileAt(name ?? "index.html");
  };
}

async function fileAt(name: string): Promise<ApiAnswer | undefined> {
  const type = types[name.slice(name.lastIndexOf(".") + 1)];
  if (type === undefined) return undefined;
  try {
    return { status: 200, file: { bytes: await readFile(new URL(name, folder)), type }, headers };
  } catch (error) {
    if (name !== "index.html" || errorCode(error) !== "ENOENT") return undefined;
    return { status: 503, text: "The page is not built: npm run build builds it." };
  }
}

async function build(): Promise<void> {
  try {
    const page: { buildIfStale(): Promise<void> } = await import(builder.href);
    await page.buildIfStale();
  } catch (error) {
    // The package has the page built, and no builder.
    if (errorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error;
  }
}
