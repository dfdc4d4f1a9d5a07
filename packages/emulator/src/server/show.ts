/** Headers whose values everybody may see. Providers put credentials into all kinds of others. */
const open = new Set([
  "accept",
  "accept-encoding",
  "content-length",
  "content-type",
  "user-agent",
  "x-hub-signature",
  "x-hub-signature-256",
]);

/** A URL without the user and the password in it; what is no URL stays as it is. */
export function showUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const shown = new URL(url);
  if (shown.username === "" && shown.password === "") return url;
  shown.username = "";
  shown.password = "";
  return shown.href;
}

/** Headers without what may be a secret: that stands as `hidden`. */
export function showHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      open.has(name.toLowerCase()) ? value : "hidden",
    ]),
  );
}
