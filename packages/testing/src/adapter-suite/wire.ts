import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What came back. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; repeated ones are joined with `", "`. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export type Header = readonly [name: string, value: string];

const CRLF = "\r\n";

/**
 * One TCP connection that speaks just enough HTTP/1.1 to say what no HTTP client lets one say: half a body, the same
 * header twice, the next request before the last answer. And it sees when the *server* closes.
 */
export class Wire {
  readonly #socket: Socket;
  /** Resolves when the server has closed its side, in whatever manner. */
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => {};

  static async open(origin: string): Promise<Wire> {
    const { hostname, port } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, "connect");
    return new Wire(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    // A reset is an error to the client and only a way of closing to the server: "close" follows it.
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  write(part: string | Uint8Array): void {
    this.#socket.write(part);
  }

  /** The head of a request, and in the same packet as much of its body as is given. */
  writeHead(
    method: string,
    path: string,
    headers: readonly Header[],
    body: string | Uint8Array = "",
  ): void {
    const lines = [["Host", "suite.test"] as const, ...headers].map(
      ([name, value]) => `${name}: ${value}`,
    );
    const head = [`${method} ${path} HTTP/1.1`, ...lines, "", ""].join(CRLF);
    this.write(Buffer.concat([Buffer.from(head), Buffer.from(body)]));
  }

  /** Goes away without a word, as a client that crashed. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** The next answer on this connection, which has no body after a HEAD. Rejects when it closes before the answer is whole. */
  async answer(method = "POST"): Promise<Answer> {
    const head = (await this.#take((received) => endOf(received, CRLF + CRLF))).toString("latin1");
    const [statusLine = "", ...lines] = head.trimEnd().split(CRLF);
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(":")).toLowerCase();
      const value = line.slice(line.indexOf(":") + 1).trim();
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    const body = method === "HEAD" ? "" : await this.#body(headers);
    return { status: Number(statusLine.split(" ")[1]), headers, body };
  }

  async #body(headers: Readonly<Record<string, string>>): Promise<string> {
    if (headers["transfer-encoding"] === undefined) {
      const length = Number(headers["content-length"] ?? 0);
      return (await this.#take(({ length: have }) => (have >= length ? length : -1))).toString();
    }
    const chunks: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt(
        (await this.#take((received) => endOf(received, CRLF))).toString(),
        16,
      );
      const chunk = await this.#take(({ length: have }) => (have >= size + 2 ? size + 2 : -1));
      if (size === 0) return Buffer.concat(chunks).toString();
      chunks.push(chunk.subarray(0, size));
    }
  }

  /** Takes from the front of what was received as much as `measure` says, once it no longer says -1. */
  async #take(measure: (received: Buffer) => number): Promise<Buffer> {
    for (;;) {
      const length = measure(this.#received);
      if (length !== -1) {
        const taken = this.#received.subarray(0, length);
        this.#received = this.#received.subarray(length);
        return taken;
      }
      if (this.#isClosed)
        throw new Error("the server closed the connection before its answer was whole");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function endOf(received: Buffer, mark: string): number {
  const at = received.indexOf(mark);
  return at === -1 ? -1 : at + mark.length;
}
