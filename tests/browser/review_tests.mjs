// A moderator's whole work without a mouse: from the sign-in page to an empty queue, every kind of decision, and one taken back.
// Rule: only the keyboard acts; what came of it is asked from the API, as the author.
import assert from "node:assert/strict";
import { openPerson, password, signIn } from "./browser.mjs";

const thread = 14;
const cases = 24;

/** Presses Tab until the focus is on what `selector` names. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${selector}`);
}

const send = (page, method, address, body) => page.evaluate(async ([how, where, what]) => {
  const answer = await fetch(where, { method: how, headers: { "Content-Type": "application/json" }, body: what && JSON.stringify(what) });
  return { status: answer.status, body: await answer.json() };
}, [method, address, body]);

const shownCase = (page) => page.evaluate(() => document.querySelector(".fd-wacht__blad")?.dataset.geval ?? "");
const shownText = (page) => page.locator(".fd-wacht__tekst").first().innerText();

/** Sends with Ctrl+Enter from where the focus is, and waits for another case or the empty queue. */
async function decided(page) {
  const before = await shownCase(page);
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction((was) => (document.querySelector(".fd-wacht__blad")?.dataset.geval ?? "") !== was, before);
  if (await shownCase(page)) await page.locator("form.fd-besluit").waitFor();
}

const ways = {
  approve: async (page) => page.keyboard.press("1"),
  "approve-with-changes": async (page) => {
    await page.keyboard.press("2");
    await tabTo(page, "#body");
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" Dank!");
    await tabTo(page, "#facts");
    await page.keyboard.type("Een vriendelijk woord toegevoegd.");
  },
  return: async (page) => {
    await page.keyboard.press("3");
    await tabTo(page, "#questions");
    await page.keyboard.type("In welk jaar was dit?");
  },
  reject: async (page) => {
    await page.keyboard.press("4");
    await tabTo(page, "[name=rules]");
    await page.keyboard.press("Space");
    await tabTo(page, "#facts");
    await page.keyboard.type("De tweede zin noemt een bewoner bij naam.");
  },
};

export async function theWholeReviewByKeyboard(browser, site) {
  const author = await openPerson(browser, site);
  const moderator = await openPerson(browser, site);
  const { page } = moderator;
  try {
    await signIn(author.page, "nieuw@demo.example");
    for (let n = 1; n <= cases; n += 1) {
      const made = await send(author.page, "POST", `/api/v1/threads/${thread}/posts`, { body: `Mijn ervaring, deel ${n} van een lang verhaal over onze buurt.` });
      assert.equal(made.status, 202);
    }
    await page.goto("/inloggen");
    await tabTo(page, "#email");
    await page.keyboard.type("moderator@demo.example");
    await tabTo(page, "#password");
    await page.keyboard.type(password);
    await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/inloggen")), page.keyboard.press("Enter")]);
    await tabTo(page, "a[href='/moderatie']");
    await Promise.all([page.waitForURL("**/moderatie"), page.keyboard.press("Enter")]);
    await page.waitForFunction(() => document.querySelector(".fd-toetsen:not([hidden])"));
    let loads = 0;
    page.on("domcontentloaded", () => { loads += 1; });

    await page.keyboard.press("j");
    await page.locator("form.fd-besluit").waitFor();
    const waiting = Number(await page.locator("[data-aantal]").innerText());
    const judged = new Map();
    for (let turn = 0; turn < waiting; turn += 1) {
      if (turn === 2) {
        // Down and up again: the same case, and the focus stays in the list's order.
        const first = await shownCase(page);
        await page.keyboard.press("j");
        await page.waitForFunction((was) => document.querySelector(".fd-wacht__blad")?.dataset.geval !== was, first);
        await page.keyboard.press("k");
        await page.waitForFunction((was) => document.querySelector(".fd-wacht__blad")?.dataset.geval === was, first);
        await page.locator("form.fd-besluit").waitFor();
      }
      const text = await shownText(page);
      const isOurs = text.includes("Mijn ervaring, deel");
      const choices = await page.locator("form.fd-besluit [name=decision]").evaluateAll((all) => all.map((one) => one.value));
      const kind = isOurs ? Object.keys(ways)[turn % 4] : choices[0];
      assert.ok(choices.includes(kind), `${kind} is not among ${choices}`);
      await (ways[kind] ?? (() => page.keyboard.press("1")))(page);
      assert.equal(await page.evaluate(() => document.querySelector("[name=decision]:checked").value), kind);
      if (isOurs) judged.set(Number(/deel (\d+)/.exec(text)[1]), kind);
      await decided(page);
    }
    assert.equal(loads, 0, "no page was loaded between the cases");
    assert.equal(judged.size, cases);
    await page.locator("#leeg").waitFor();
    assert.equal(await page.locator("[data-aantal]").innerText(), "0");

    const outcome = { approve: "live", "approve-with-changes": "live", return: "returned", reject: "rejected" };
    const own = await send(author.page, "GET", `/api/v1/threads/${thread}`);
    const pages = [own.body];
    while (pages.at(-1).posts.next) pages.push((await send(author.page, "GET", `/api/v1/threads/${thread}?cursor=${encodeURIComponent(pages.at(-1).posts.next)}`)).body);
    const states = new Map(pages.flatMap((one) => one.posts.items).flatMap((post) => {
      const part = /deel (\d+)/.exec(post.body);
      return part ? [[Number(part[1]), post.state]] : [];
    }));
    for (const [part, kind] of judged) assert.equal(states.get(part), outcome[kind], `part ${part}: ${kind}`);

    // The last one is taken back, and waits again.
    await tabTo(page, ".fd-wacht__ongedaan button");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await page.waitForFunction(() => document.querySelector("[data-aantal]")?.textContent === "1");
    assert.deepEqual([...author.faults, ...moderator.faults], []);
  } finally {
    await author.context.close();
    await moderator.context.close();
  }
}
