import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";

/** One answer. `hang` never comes, `stall` sends half a body, `cut` breaks the connection. */
export type FakeAnswer =
  | { readonly status?: number; readonly body?: string | object | null; readonly headers?: object }
  | "hang"
  | "stall"
  | "cut"
  | ((request: FakeRequest) => FakeAnswer);

export interface FakeRequest {
  readonly call: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A server that answers what a test tells it to, `METHOD /path` by `METHOD /path`, each answer once and the last one from then
 * on. What was not told is a 404 with a page in HTML, as frameworks answer.
 */
export class FakeApi {
  readonly requests: FakeRequest[] = [];
  readonly #answers = new Map<string, FakeAnswer[]>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const url = new URL(req.url ?? "", "http://api");
        const call = `${req.method} ${url.pathname}`;
        const body = Buffer.concat(chunks).toString();
        const request = { call, query: url.searchParams, headers: req.headers, body };
        this.requests.push(request);
        const answers = this.#answers.get(call) ?? [];
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        write(res, typeof answer === "function" ? answer(request) : answer);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(call: string, ...answers: FakeAnswer[]): this {
    this.#answers.set(call, answers);
    return this;
  }

  /** The requests of one kind. */
  of(call: string): FakeRequest[] {
    return this.requests.filter((request) => request.call === call);
  }

  /** What the requests of one kind were sent with: `Bearer token`. */
  authorizationsOf(call: string): (string | undefined)[] {
    return this.of(call).map(({ headers }) => headers.authorization);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  reset(): void {
    this.requests.length = 0;
    this.#answers.clear();
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function write(res: ServerResponse, answer: FakeAnswer | undefined): void {
  if (answer === "hang") return;
  if (answer === "cut") return void res.destroy();
  if (answer === "stall") {
    res.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    return void res.write('{"settings":');
  }
  if (answer === undefined || typeof answer === "function") {
    res.writeHead(404, { "content-type": "text/html" });
    return void res.end("<!DOCTYPE html><p>Cannot find it</p>");
  }
  const { status = 200, body, headers = {} } = answer;
  const isJson = typeof body === "object" && body !== undefined;
  res.writeHead(status, { ...(isJson ? { "content-type": "application/json" } : {}), ...headers });
  res.end(isJson ? JSON.stringify(body) : body);
}

/** An address where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await new Promise((resolve) => connect(port, "127.0.0.1").on("error", resolve));
  return port;
}
