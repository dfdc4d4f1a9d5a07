import { answer, receivers } from "./app.mjs";

const ours = receivers();
const onListen = ({ port }) => console.log(`port ${port}`);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => answer(ours, request));
