/** JSON as the platform sends it: everything beyond ASCII as `\u` and lower-case hex, slashes as `\/`. */
export function escapedAsThePlatformDoes(value: unknown): string {
  return JSON.stringify(value)
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("/", "\\/");
}
