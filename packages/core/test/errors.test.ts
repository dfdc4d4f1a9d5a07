import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ErrorCode, errorCodes, WebhookError } from "../src/errors.ts";

const codes = Object.keys(errorCodes) as ErrorCode[];
const statusOf = (code: ErrorCode): number | undefined => {
  const row: { readonly status?: number; readonly meaning: string } = errorCodes[code];
  return row.status;
};

interface Row {
  readonly code: string;
  readonly status: string;
  readonly when: string;
  readonly whatToDo: string;
}

/** The rows of the tables in docs/errors.md. */
function documentedRows(): Row[] {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  return page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const [, code = "", status = "", when = "", whatToDo = ""] = line
        .split("|")
        .map((cell) => cell.trim());
      return { code: code.replaceAll("`", ""), status, when, whatToDo };
    });
}

describe("docs/errors.md", () => {
  const rows = documentedRows();

  test.each(codes)("has a row for %s, with its status, when it comes and what to do", (code) => {
    const found = rows.filter((row) => row.code === code);
    expect(found).toHaveLength(1);
    expect(found[0]?.status).toBe(String(statusOf(code) ?? ""));
    expect(found[0]?.when.length).toBeGreaterThan(15);
    expect(found[0]?.whatToDo.length).toBeGreaterThan(15);
  });

  test("has no row for a code that does not exist", () => {
    expect(rows.map(({ code }) => code).filter((code) => !(code in errorCodes))).toEqual([]);
  });

  test("has them in the order of the table of codes", () => {
    expect(rows.map(({ code }) => code)).toEqual(codes);
  });
});

describe("the table of codes", () => {
  /** The sources of every package, the table of codes itself left out. */
  function sources(): string {
    const packages = new URL("../../", import.meta.url);
    return readdirSync(packages)
      .flatMap((name) => {
        const root = new URL(`${name}/src/`, packages);
        return readdirSync(root, { recursive: true })
          .map(String)
          .filter((file) => file.endsWith(".ts") && file !== "errors.ts")
          .map((file) => readFileSync(new URL(file, root), "utf8"));
      })
      .join("\n");
  }

  test("has no code that nothing uses", () => {
    const all = sources();
    expect(codes.filter((code) => !all.includes(`"${code}"`))).toEqual([]);
  });

  test("answers with nothing but errors: no status is a success or a redirection", () => {
    for (const code of codes) {
      const status = statusOf(code) ?? 500;
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });

  test("has a meaning for each, in words", () => {
    for (const { meaning } of Object.values(errorCodes))
      expect(meaning).toMatch(/^[a-zA-Z].{10,}[^.]$/);
  });
});

describe("a WebhookError", () => {
  test("carries its code, its status and its cause, and says the code first", () => {
    const cause = new Error("disk");
    const error = new WebhookError("inbox_failed", "could not store.", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "WebhookError",
      code: "inbox_failed",
      status: 503,
      message: "inbox_failed: could not store.",
    });
    expect(error.cause).toBe(cause);
  });

  test("has no status where it answers no request", () => {
    expect(new WebhookError("handler_failed", "").status).toBeUndefined();
  });
});
