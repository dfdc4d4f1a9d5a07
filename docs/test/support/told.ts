import { inspect } from "node:util";
import type { Logger } from "@whatsapp-webhooks/core";

/** What must be told nowhere: each long enough not to occur by chance, none a part of another. */
export const MARKS = {
  appSecret: "marked-app-secret-4f1c",
  wrongSecret: "marked-other-secret-91ab",
  verifyToken: "marked-verify-token-77d0",
  challenge: "5550199887766",
  password: "Basic bWFya2VkOnBhc3N3b3Jk",
  accessToken: "EAAmarkedAccessToken",
  redisUser: "marked-redis-user",
  redisPassword: "marked-redis-password",
  phone: "12125550137",
  name: "Mabel Markworthy",
  text: "the words of the customer",
  messageId: "wamid.HBgLMARKED0000000001",
} as const;

/** All that a program tells in passing: log lines, errors, metrics, answers, what commands print. */
export class Told {
  #text = "";

  /** Takes a value as a debugger, a JSON logger and an error tracker would write it. */
  add(value: unknown): void {
    const all = inspect(value, { depth: 12, maxStringLength: null, maxArrayLength: null });
    this.#text += `${all}\n${JSON.stringify(value, withErrors)}\n`;
  }

  /** A logger whose lines are told, debug lines too. */
  get logger(): Logger {
    const write = (details: object, message: string): void => this.add({ details, message });
    return { debug: write, info: write, warn: write, error: write };
  }

  get text(): string {
    return this.#text;
  }

  /** The names of the marks that were told after all, plain or as in a URL. */
  marks(): string[] {
    return Object.entries(MARKS)
      .filter(([, mark]) =>
        [mark, encodeURIComponent(mark)].some((form) => this.#text.includes(form)),
      )
      .map(([name]) => name);
  }
}

/** As loggers write errors: with their text, their stack, their cause, and whatever a driver hung on them. */
function withErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return typeof value === "bigint" ? String(value) : value;
  const { message, stack, cause } = value;
  return { ...value, message, stack, cause };
}
