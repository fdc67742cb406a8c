// Starts the built server with demo content on a free port and its own data folder, and ends it by its own pid. Rule: nothing
// of it stays behind, also when a test fails.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const patience = 120_000; // ms until it listens: a new database is made first

/** { url, stop() } of a fresh server. `options` are added to `forum serve`. */
export async function startServer(options = []) {
  const binary = process.env.FORUM_BINARY ?? new URL("../../build/dev/forum", import.meta.url).pathname;
  const data = mkdtempSync(join(tmpdir(), "forum-browser-"));
  const server = spawn(binary, ["serve", "--demo", "--port", "0", "--data", data, "--writes-per-minute", "0",
    "--sign-ins-per-5-minutes", "0", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  server.stderr.on("data", (chunk) => (log = (log + chunk).slice(-20_000)));
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server does not listen after ${patience / 1000} s:\n${log}`)), patience);
    let out = "";
    server.stdout.on("data", (chunk) => {
      out += chunk;
      const found = /listening on (http:\/\/\S+)/.exec(out);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    });
    void ended.then((code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
  return {
    url,
    log: () => log,
    async stop() {
      server.kill("SIGTERM");
      const timer = setTimeout(() => server.kill("SIGKILL"), 30_000);
      await ended;
      clearTimeout(timer);
      rmSync(data, { recursive: true, force: true });
    },
  };
}
