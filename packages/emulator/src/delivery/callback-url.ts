/** A callback URL as the emulator accepts it: HTTPS, or plain HTTP to this machine. Otherwise why not. */
export function checkCallbackUrl(
  text: string,
): { readonly url: URL } | { readonly reason: string } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { reason: "it is not a URL" };
  }
  if (url.protocol === "https:") return { url };
  if (url.protocol !== "http:") return { reason: "it is not an HTTPS URL" };
  return isLoopback(url.hostname)
    ? { url }
    : { reason: "it is not an HTTPS URL, and plain HTTP is for this machine only" };
}

/** This machine's own names and addresses. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    hostname === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
