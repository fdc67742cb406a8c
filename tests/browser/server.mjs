// Starts the built server with demo content on a free port and its own data folder, and ends it by its own pid. Rule: nothing
// of it stays behind, also when a test fails.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const patience = 120_000; // ms until it listens: a new database is made first

/** { url, stop() } of a fresh server. `options` are added to `forum serve`. */
export async function startServer(options = []) {
  const binary = process.env.FORUM_BINARY ?? new URL("../../build/dev/forum", import.meta.url).pathname;
  const data = mkdtempSync(join(tmpdir(), "forum-browser-"));
  // Its database's user may enter it, also when root runs the tests: else the database is kept in /var/lib/forum.
  chmodSync(data, 0o755);
  const server = spawn(binary, ["serve", "--demo", "--port", "0", "--data", data, "--writes-per-minute", "0",
    "--sign-ins-per-5-minutes", "0", "--canary-seconds", "0", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  server.stderr.on("data", (chunk) => (log = (log + chunk).slice(-20_000)));
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const stop = async () => {
    server.kill("SIGTERM");
    const timer = setTimeout(() => server.kill("SIGKILL"), 30_000);
    await ended;
    clearTimeout(timer);
    try {
      // A server that had to be killed leaves its PostgreSQL.
      process.kill(Number(readFileSync(join(data, "postgres/postmaster.pid"), "utf8").split("\n")[0]), "SIGQUIT");
    } catch {
      // It is gone.
    }
    rmSync(data, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop().then(() => process.exit(1)));
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
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { url, log: () => log, stop };
}
