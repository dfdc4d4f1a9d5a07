// worker.ts as it is, for tests and examples of this workspace. The package is built and does not come here.
// By require, because tsx teaches import from a thread of its own, which takes three times as long to start.
require("tsx/cjs");
require("./worker.ts");
