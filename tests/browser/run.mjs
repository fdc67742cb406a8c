// Runs the browser tests: one server, one Chromium, every test a function. Rule: a failure says what was expected and does not
// stop the others; the last line counts.
import { startBrowser } from "./browser.mjs";
import { startServer } from "./server.mjs";
import * as connection from "./connection_tests.mjs";
import * as fresh from "./fresh_tests.mjs";
import * as following from "./following_tests.mjs";
import * as guard from "./guard_tests.mjs";
import * as line from "./line_tests.mjs";
import * as live from "./live_tests.mjs";
import * as pages from "./page_tests.mjs";
import * as plain from "./plain_tests.mjs";
import * as reading from "./reading_tests.mjs";

const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
const server = await startServer();
let browser;
try {
  browser = await startBrowser();
  for (const [group, tests] of Object.entries({ pages, plain, connection, line, live, reading, fresh, guard, following })) {
    for (const [name, test] of Object.entries(tests)) {
      const title = `${group}.${name}`;
      if (wanted.length > 0 && !wanted.some((word) => title.includes(word))) continue;
      const started = Date.now();
      try {
        await test(browser, server.url);
        passed += 1;
        console.log(`ok    ${title} (${Date.now() - started} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${title}\n${String(error.stack ?? error).replace(/^/gm, "      ")}`);
      }
    }
  }
} finally {
  await browser?.stop();
  if (failed > 0) console.log(server.log().split("\n").filter((line) => !line.includes("event=request")).slice(-20).join("\n"));
  await server.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
