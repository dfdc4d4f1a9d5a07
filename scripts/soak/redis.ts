// Two processes that receive and three that work, each killed under load and started again, Redis too, with
// `appendfsync always`: `redis.ts [items] [kills]`. Every acknowledged message has to have its effect, in the order of its
// conversation. The test suite does the same with less.
import { manyMachines } from "../../packages/bullmq/test/support/many-machines.ts";
import { again, count, saveReport, soakArguments } from "./report.ts";

const [items = "100000", kills = "40"] = soakArguments;
const { lost, disordered, unexplained, ...report } = await manyMachines({
  items: Number(items),
  kills: Number(kills),
});
console.log(
  `${report.acknowledged} messages in ${report.notifications} notifications, ${report.seconds} s; ${report.kills} processes killed, ` +
    `Redis killed ${report.redisKills} time(s); ${lost.length} lost, ${disordered.length} out of order, ` +
    `${report.repeated} handlers ran again, ${unexplained.length} of them without a crash; ` +
    `${report.counted.count} notifications and ${report.counted.bytes} bytes counted that are not there, ` +
    `${report.refused} answers 503, the slowest answer took ${report.longestMs} ms`,
);
const miscounted = Number(report.counted.count) + Number(report.counted.bytes);
if (lost.length + disordered.length + unexplained.length + miscounted !== 0) {
  console.log({ lost: lost.slice(0, 10), disordered: disordered.slice(0, 10), unexplained });
  process.exit(1);
}
saveReport("redis", {
  what:
    `\`bullmqInbox\`: ${count(report.acknowledged)} messages in ${count(report.notifications)} notifications, two processes that receive and three that work, ` +
    `killed with \`kill -9\` and started again at random, ${report.kills} times in all, Redis (\`appendfsync always\`) killed and started again once`,
  result:
    `every acknowledged message handled, ${again(report.repeated)}; every conversation in order; ${count(report.refused)} answers 503, ` +
    `the slowest answer took ${count(report.longestMs)} ms; nothing counted that is not there; ${report.seconds} s`,
});
