import { render } from "preact";
import { App } from "./app.tsx";
import { listen } from "./stream.ts";

const root = document.getElementById("page");
if (root !== null) {
  root.textContent = "";
  render(<App />, root);
  listen();
}
