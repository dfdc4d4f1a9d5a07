import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

export default {
  // Inboxes with threads or native code stay out of the bundle.
  serverExternalPackages: ["@whatsapp-webhooks/bullmq", "@whatsapp-webhooks/sqlite"],
  // The handlers and the packages are elsewhere in this workspace; your app needs no such line.
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
} satisfies NextConfig;
