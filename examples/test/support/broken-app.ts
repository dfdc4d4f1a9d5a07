// The Express sample app with a fault: it swallows an event, or prints every one twice.
const print = console.log;
console.log = (line: string) => {
  if (process.env.FAULT === "lose" && line.includes('"message.order"')) return;
  print(line);
  if (process.env.FAULT === "double") print(line);
};
await import("../../express/server.ts");
