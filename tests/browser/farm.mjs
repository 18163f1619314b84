// A farm of real Tomcats behind jkproxy, by the demo's scripts.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const FOLDER = join(ROOT, "build/browser-farm");
export const NODES = ["node1", "node2", "node3"];

async function demo(words, environment = {}) {
  const env = { ...process.env, ...environment };
  await promisify(execFile)(join(ROOT, "demo/run"), [...words, "--dir", FOLDER], { timeout: 180_000, env });
}

export class Farm {
  static async up() {
    await demo(["down"]).catch(() => {}); // a run that was cut short may have left one
    await demo(["up", "--detach", "--port", "0", "--base-port", "0"]);
    return new Farm();
  }

  constructor() {
    const lines = readFileSync(join(FOLDER, "farm.env"), "utf8").split("\n");
    const facts = Object.fromEntries(lines.filter(line => line).map(line => line.split(/=(.*)/)));
    this.url = `http://127.0.0.1:${facts.PROXY_PORT}/share`;
  }

  down() { return demo(["down"]); }
  kill(...names) { return demo(["kill", ...names]); }
  start(...names) { return demo(["start", ...names]); }

  // A Tomcat that looks for jkproxy's status where nobody listens.
  async restartWithoutStatus(name) {
    await this.kill(name);
    await demo(["start", name], { JKPROXY_STATUS_URL: "http://127.0.0.1:1/" });
  }

  // kill -9 at this very moment, without the time that a script takes.
  killNow(name) {
    process.kill(Number(readFileSync(join(FOLDER, "pids", name), "utf8").split(" ")[0]), "SIGKILL");
  }
}
