using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "app", worker = .app)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);

const app :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "DATE",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "WHATSAPP_APP_SECRET", text = "an app secret"),
    (name = "WHATSAPP_VERIFY_TOKEN", text = "a token"),
  ],
);
