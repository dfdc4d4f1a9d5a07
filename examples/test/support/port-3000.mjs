// The ten lines listen at port 3000, as whoever copies them does. In tests that is the port that PORT says.
import { Server } from "node:net";

const port = Number(process.env.PORT);
const { listen } = Server.prototype;
Server.prototype.listen = function (at, ...rest) {
  if (at === 3000) return listen.call(this, port, ...rest);
  return listen.call(this, at?.port === 3000 ? { ...at, port } : at, ...rest);
};
