import { answer, receivers } from "./app.mjs";

const ours = receivers();
const fetch = (request) => answer(ours, request);
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
console.log(`port ${server.port}`);
