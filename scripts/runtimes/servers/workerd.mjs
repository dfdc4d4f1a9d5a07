import { answer, receivers } from "./app.mjs";

// Timers end with the request that set them, so there are receivers for each.
export default { fetch: (request, _env, context) => answer(receivers(), request, context) };
