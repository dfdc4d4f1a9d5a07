// A receiver of its own process, in which a handler's error ends everything: started by the test with a port on stdout.
import { listen, ownServer } from "./own-receiver.ts";

const server = ownServer({
  handle(body) {
    const { entry } = body as {
      entry: { changes: { value: { messages: { type: string }[] } }[] }[];
    };
    // After the answer, where nobody catches it: a change without messages has no first one.
    setTimeout(() => entry[0]?.changes[0]?.value.messages[0]?.type, 20);
  },
});
console.log((await listen(server)).href);
