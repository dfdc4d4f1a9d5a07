// The demo, playing against an app that loses or doubles events.
import { runDemo } from "../../demo/run-demo.ts";

process.exitCode = await runDemo("broken", new URL("./broken-app.ts", import.meta.url), false);
