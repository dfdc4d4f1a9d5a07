// What must not be: webhooks that outlive a request.
import { answer, receivers } from "./app.mjs";

const ours = receivers();
export default { fetch: (request, _env, context) => answer(ours, request, context) };
