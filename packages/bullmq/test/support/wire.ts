import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a TCP server that can die without either end hearing of it, as in a process that is frozen for long. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  #target: string;

  constructor(target: string) {
    this.#target = target;
    this.#server = createServer((near) => {
      const { hostname, port } = new URL(this.#target);
      const far = connect(Number(port), hostname);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => other.destroy());
        socket.on("close", () => other.destroy());
        socket.pipe(other);
      }
    });
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
  }

  /** New connections lead elsewhere. */
  lead(target: string): void {
    this.#target = target;
  }

  /** What is connected stays so, and nothing comes through any more. New connections are sound. */
  cut(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  end(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
