/** What every server under test listens to, and what the load is signed with. */
export const PATH = "/webhooks/whatsapp";
export const SECRET = "benchmark-secret";
