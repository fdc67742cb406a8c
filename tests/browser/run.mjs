// Runs the browser tests: one Chromium, a server for each group, every test a function. Rule: a failure says what was expected and
// does not stop the others; no group depends on what another left behind; the last line counts.
import { startBrowser } from "./browser.mjs";
import { startServer } from "./server.mjs";
import * as appeals from "./appeal_tests.mjs";
import * as connection from "./connection_tests.mjs";
import * as fresh from "./fresh_tests.mjs";
import * as following from "./following_tests.mjs";
import * as guard from "./guard_tests.mjs";
import * as line from "./line_tests.mjs";
import * as live from "./live_tests.mjs";
import * as measures from "./measure_tests.mjs";
import * as pages from "./page_tests.mjs";
import * as plain from "./plain_tests.mjs";
import * as queue from "./queue_tests.mjs";
import * as reading from "./reading_tests.mjs";
import * as reports from "./report_tests.mjs";
import * as review from "./review_tests.mjs";
import * as scopes from "./scope_tests.mjs";
import * as threads from "./whole_threads_tests.mjs";
import * as wall from "./wall_tests.mjs";
import * as writing from "./writing_tests.mjs";

const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
// What takes longest comes first, so that the last groups end together.
const waiting = Object.entries({ fresh, pages, measures, wall, following, reports, live, queue, review, writing, connection, appeals, reading, guard, scopes, line, plain, threads })
  .map(([group, tests]) => [group, Object.entries(tests).filter(([name]) => wanted.length === 0 || wanted.some((word) => `${group}.${name}`.includes(word)))])
  .filter(([, tests]) => tests.length > 0);
const browser = await startBrowser();
try {
  // A person who waits for a page needs no processor: two groups at a time.
  await Promise.all([0, 1].map(async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await runGroup(...next);
  }));
} finally {
  await browser.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runGroup(group, tests) {
  const server = await startServer();
  let isGood = true;
  try {
    for (const [name, test] of tests) {
      const started = Date.now();
      try {
        await test(browser, server.url);
        passed += 1;
        console.log(`ok    ${group}.${name} (${Date.now() - started} ms)`);
      } catch (error) {
        failed += 1;
        isGood = false;
        console.log(`FAIL  ${group}.${name}\n${String(error.stack ?? error).replace(/^/gm, "      ")}`);
      }
    }
  } finally {
    if (!isGood) console.log(server.log().split("\n").filter((line) => !line.includes("event=request")).slice(-20).join("\n"));
    await server.stop();
  }
}
