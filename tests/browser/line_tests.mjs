// The honest line: how the connection is, in words, and up to when the page shows what the server had. Rule: the server of the test
// says when; a page that shows less than the line says is a fault.
import assert from "node:assert/strict";
import { openPerson } from "./browser.mjs";
import { reader } from "./fake_server.mjs";

const at = (time) => `2026-11-22T${time}Z`; // Amsterdam is an hour further

/** What the line says, "" while it says nothing; and what screen readers were told. */
function watch(page) {
  return {
    line: () => page.locator("[data-live-applied]").first().evaluate((line) => (line.hidden ? "" : line.textContent)),
    warned: () => page.locator("[data-live-state]").evaluate((line) => (line.hidden ? "" : line.textContent)),
    spoken: () => page.evaluate(() => window.spoken),
    async listen() {
      await page.evaluate(() => {
        window.spoken = [];
        const status = document.getElementById("status");
        new MutationObserver(() => status.textContent && window.spoken.push(status.textContent)).observe(status, { childList: true });
      });
    },
  };
}

/** Lets the page's time pass, and what is really under way arrive, until it holds; at most half a minute of the page. */
async function stepUntil(pass, holds) {
  for (let step = 0; step < 60 && !(await holds()); step += 1) {
    await pass(500);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function thread(browser, site) {
  const person = await reader(browser, site, 0.5);
  const seq = Number(await person.page.evaluate(() => document.body.dataset.seq));
  await person.pass(1000);
  return { ...person, seq, ...watch(person.page), hear: (message) => person.socket("hear", message) };
}

export async function theLineWaitsForAllThatWasMissed(browser, site) {
  const { context, page, seq, line, hear } = await thread(browser, site);
  try {
    assert.equal(await line(), "Live.", "no time before it is known");
    await hear({ is: "beat", at: at("13:03:12") });
    assert.equal(await line(), "Live.", "it does not follow yet");
    await hear({ is: "following", topic: "thread/1", seq: seq + 2 });
    await hear({ is: "beat", at: at("13:03:13") });
    await hear({ is: "event", topic: "thread/1", kind: "post.edited", seq: seq + 1, html: "", post: { number: 99 } });
    await hear({ is: "beat", at: at("13:03:14") });
    assert.equal(await line(), "Live.", "one that was missed has not come yet");
    await hear({ is: "skip", topic: "thread/1", seq: seq + 2 });
    await hear({ is: "beat", at: at("13:03:15") });
    assert.equal(await line(), "Live. Bijgewerkt tot 14.03.15");
    assert.equal(await page.locator("[data-live-applied]:not([hidden])").count(), 1, "one line in the page");
  } finally {
    await context.close();
  }
}

export async function theLineStandsWhileAnythingMustBeFetched(browser, site) {
  const { context, page, pass, seq, line, hear } = await thread(browser, site);
  try {
    await hear({ is: "following", topic: "thread/1", seq });
    await hear({ is: "beat", at: at("13:03:12") });
    assert.equal(await line(), "Live. Bijgewerkt tot 14.03.12");
    let isAway = true;
    let asked = 0;
    await page.route(/\/gesprekken\/1\b/, (route) => {
      asked += 1;
      return isAway ? route.fulfill({ status: 503, body: "" }) : route.continue();
    });
    await hear({ is: "resync", topic: "thread/1" });
    await hear({ is: "beat", at: at("13:04:00") });
    await stepUntil(pass, () => asked >= 2);
    assert.ok(asked >= 2, "it asks again");
    assert.equal(await line(), "Live. Bijgewerkt tot 14.03.12", "the page could not be read");
    isAway = false;
    await stepUntil(pass, async () => (await line()).includes("14.04.00"));
    assert.equal(await line(), "Live. Bijgewerkt tot 14.04.00");
  } finally {
    await context.close();
  }
}

export async function aLostConnectionIsSaidInWords(browser, site) {
  const { context, page, pass, seq, line, warned, socket, hear } = await thread(browser, site);
  try {
    await hear({ is: "following", topic: "thread/1", seq });
    await hear({ is: "beat", at: at("13:03:12") });
    await page.evaluate(() => (window.liveServer.opens = { socket: false, stream: false }));
    await socket("end", 1006);
    assert.equal(await line(), "Opnieuw verbinden… Bijgewerkt tot 14.03.12");
    assert.equal(await warned(), "", "nothing is said at once");
    for (let step = 0; step < 9; step += 1) await pass(1000);
    assert.equal(await warned(), "");
    for (let step = 0; step < 3; step += 1) await pass(1000);
    assert.match(await warned(), /^Geen live verbinding/);
    await page.evaluate(() => (window.liveServer.opens = { socket: true, stream: true }));
    for (let step = 0; step < 70 && (await warned()); step += 1) await pass(1000);
    assert.equal(await warned(), "");
    assert.equal(await line(), "Live. Bijgewerkt tot 14.03.12", "nothing newer is known yet");
    await hear({ is: "following", topic: "thread/1", seq });
    await hear({ is: "beat", at: at("13:09:00") });
    assert.equal(await line(), "Live. Bijgewerkt tot 14.09.00");
  } finally {
    await context.close();
  }
}

export async function newsIsSpokenSeldomAndWithItsTotal(browser, site) {
  const { context, pass, seq, hear, listen, spoken } = await thread(browser, site);
  try {
    await listen();
    await hear({ is: "following", topic: "thread/1", seq });
    const say = (n) => hear({ is: "event", topic: "thread/1", kind: "post.new", seq: seq + n, post: { number: 900 + n },
      html: `<article data-post="${900 + n}"><h3>Nieuw</h3></article>` });
    await say(1);
    await pass(100);
    assert.deepEqual(await spoken(), ["1 nieuwe reactie in dit gesprek."]);
    for (let n = 2; n <= 6; n += 1) {
      await say(n);
      await pass(1000);
    }
    await pass(5000);
    assert.equal((await spoken()).length, 1, "not within 10 seconds, whatever comes");
    await pass(15_000);
    assert.deepEqual(await spoken(), ["1 nieuwe reactie in dit gesprek.", "6 nieuwe reacties in dit gesprek."]);
  } finally {
    await context.close();
  }
}

export async function aListInABackgroundTabAsksNothing(browser, site) {
  const { context, page, pass, socket } = await reader(browser, site, 0.5, { socket: true, stream: true }, "/gesprekken");
  const { line } = watch(page);
  const hear = (message) => socket("hear", message);
  const look = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  let asked = 0;
  await page.route("**/gesprekken", (route) => {
    asked += 1;
    return route.continue();
  });
  const until = async (words) => {
    await stepUntil(pass, async () => (await line()).includes(words));
    assert.equal(await line(), `Live. Bijgewerkt tot ${words}`);
  };
  try {
    await pass(1000);
    await hear({ is: "following", topic: "list/all", seq: 0 });
    await hear({ is: "beat", at: at("13:03:12") });
    await until("14.03.12");
    assert.equal(asked, 1, "what was missed before it followed is looked for");
    await look(true);
    await hear({ is: "hint", topic: "list/all", value: { thread: 1 } });
    await hear({ is: "beat", at: at("13:30:00") });
    for (let step = 0; step < 30; step += 1) await pass(1000);
    assert.equal(asked, 1);
    assert.equal(await line(), "Live. Bijgewerkt tot 14.03.12", "it says until when it is true");
    await look(false);
    await until("14.30.00");
    assert.equal(asked, 2);
  } finally {
    await context.close();
  }
}

export async function withoutScriptNothingIsPromised(browser, site) {
  const { context, page } = await openPerson(browser, site, { javaScriptEnabled: false });
  try {
    for (const address of ["/gesprekken/1", "/gesprekken", "/", "/gemeenten/GM1783"]) {
      await page.goto(address);
      assert.equal(await page.locator("[data-live-applied]:visible, [data-live-state]:visible, [data-live-bar]:visible").count(), 0, address);
      assert.ok((await page.locator("main").innerText()).length > 200, "and the page is whole");
    }
  } finally {
    await context.close();
  }
}
