// Starts the sample app that it is given as a URL, with handlers that answer customers.
import "./replier.ts";

const [, , server = ""] = process.argv;
await import(server);
