// worker.ts as it is, for tests and examples of this workspace. The package is built and does not come here.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
