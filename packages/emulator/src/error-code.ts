/** The word that Node.js has for what went wrong, such as `ENOENT`, if there is one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error)) return undefined;
  return typeof error.code === "string" || typeof error.code === "number"
    ? String(error.code)
    : undefined;
}
