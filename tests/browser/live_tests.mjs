// Two people side by side: what one writes the other sees without reloading. Real sockets, real events.
import assert from "node:assert/strict";
import { openPerson, send, signIn } from "./browser.mjs";

const thread = "/gesprekken/14";

async function reply(page, text) {
  await page.goto(thread);
  await page.fill("form[data-writing] [name=body]", text);
  await Promise.all([page.waitForNavigation(), page.locator("button[value=plaats]").click()]);
}

export async function replyAppearsBehindOneButton(browser, site) {
  const reader = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    await signIn(reader.page, "wethouder@demo.example");
    await reader.page.goto(thread);
    await signIn(writer.page, "adviseur@demo.example");
    const before = await reader.page.locator("article[data-post]").count();
    await reply(writer.page, "Een live reactie van de adviseur.");
    await reader.page.locator("[data-live-bar]:not([hidden])").waitFor();
    assert.equal(await reader.page.locator("article[data-post]").count(), before, "nothing moves by itself");
    await reader.page.locator("[data-live-bar] a").click();
    await reader.page.getByText("Een live reactie van de adviseur.").waitFor();
    assert.equal(await reader.page.evaluate(() => document.activeElement?.tagName), "H3", "focus goes to the first new post");
    const shown = await reader.page.locator("article[data-post]").evaluateAll((all) => all.map((one) => one.dataset.post));
    await reader.page.reload();
    const fresh = await reader.page.locator("article[data-post]").evaluateAll((all) => all.map((one) => one.dataset.post));
    assert.deepEqual(shown, fresh, "page and events equal a fresh page");
    assert.deepEqual([...reader.faults, ...writer.faults], []);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}

/** The posts as they stand, without the marks of what is new. */
async function posts(page) {
  return page.locator("article[data-post]").evaluateAll((all) =>
    all.map((one) => {
      const copy = one.cloneNode(true);
      copy.classList.remove("fd-post--nieuw");
      copy.querySelectorAll("[tabindex]").forEach((heading) => heading.removeAttribute("tabindex"));
      return copy.outerHTML;
    }));
}

/** For every kind of reader, whatever comes: the page with its events is the page that a reload shows, buttons and all. */
export async function eventsMakeTheReadersOwnPage(browser, site) {
  const question = "/gesprekken/1";
  const people = {};
  for (const [name, email] of [["guest", null], ["asker", "wethouder@demo.example"], ["moderator", "moderator@demo.example"],
    ["writer", "adviseur@demo.example"]]) {
    people[name] = await openPerson(browser, site);
    if (email) await signIn(people[name].page, email);
  }
  const { writer, ...readers } = people;
  try {
    for (const { page } of Object.values(readers)) await page.goto(question);
    await writer.page.goto(question);
    await writer.page.fill("form[data-writing] [name=body]", "Wij deden dit met een vaste begeleider.");
    await Promise.all([writer.page.waitForNavigation(), writer.page.locator("button[value=plaats]").click()]);
    const mine = writer.page.locator("article[data-post]", { hasText: "vaste begeleider" });
    const number = await mine.getAttribute("data-post");
    for (const [name, { page }] of Object.entries(readers)) {
      await page.locator("[data-live-bar]:not([hidden])").waitFor();
      await page.locator("[data-live-bar] a").click();
      await page.locator(`article[data-post="${number}"]`).waitFor();
      const shown = await posts(page);
      const count = await page.locator("#samen").innerText();
      await page.reload();
      assert.deepEqual(shown, await posts(page), `${name}: a new reply`);
      assert.equal(count, await page.locator("#samen").innerText(), `${name}: the count`);
    }
    // Withdrawn and put back: the writer's other tab and all others end with what is true for them.
    const other = await writer.context.newPage();
    await other.goto(question);
    for (const act of ["intrekken", "terugzetten"]) {
      await writer.page.goto(`${question}/berichten/${number}/${act}`);
      await Promise.all([writer.page.waitForNavigation(), writer.page.locator("main form button.nl-button--primary").click()]);
      for (const [name, page] of [...Object.entries(readers).map(([key, { page }]) => [key, page]), ["writer", other]]) {
        const second = await page.context().newPage();
        await second.goto(question);
        const wanted = await posts(second);
        await second.close();
        const changed = page.locator("[data-changed]");
        for (let tries = 0; JSON.stringify(await posts(page)) !== JSON.stringify(wanted) && tries < 60; tries += 1) {
          if ((await changed.count()) > 0) await changed.first().click();
          await page.waitForTimeout(100);
        }
        assert.deepEqual(await posts(page), wanted, `${name}: ${act}`);
      }
    }
    for (const { faults } of Object.values(people)) assert.deepEqual(faults, []);
  } finally {
    for (const { context } of Object.values(people)) await context.close();
  }
}

export async function aReplyTakenBackIsNotShown(browser, site) {
  const reader = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    await reader.page.goto(thread);
    await signIn(writer.page, "adviseur@demo.example");
    await reply(writer.page, "Dit had ik niet willen zeggen.");
    await reader.page.locator("[data-live-bar]:not([hidden])").waitFor();
    const number = await writer.page.locator("article[data-post]", { hasText: "niet willen zeggen" }).getAttribute("data-post");
    const event = reader.page.evaluate(() => new Promise((resolve) => document.addEventListener("forum:event",
      (one) => one.detail.kind === "post.withdrawn" && resolve(true))));
    await writer.page.goto(`${thread}/berichten/${number}/intrekken`);
    await Promise.all([writer.page.waitForNavigation(), writer.page.locator("main form button.nl-button--primary").click()]);
    await event;
    await reader.context.setOffline(true); // so that only the events can tell
    await reader.page.locator("[data-live-bar] a").click();
    await reader.page.locator(`article[data-post="${number}"]`).waitFor();
    assert.equal(await reader.page.getByText("niet willen zeggen").count(), 0);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}

export async function offlineReaderMissesNothing(browser, site) {
  const reader = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    await reader.page.goto(thread);
    await signIn(writer.page, "adviseur@demo.example");
    await reader.page.waitForFunction(() => document.querySelector("[data-presence-text]") !== null);
    await reader.context.setOffline(true);
    await reply(writer.page, "Eerste reactie tijdens de storing.");
    await reply(writer.page, "Tweede reactie tijdens de storing.");
    await reader.context.setOffline(false);
    await reader.page.locator("[data-live-bar]:not([hidden]) [data-live-text]", { hasText: "2" }).waitFor({ timeout: 90_000 });
    await reader.page.locator("[data-live-bar] a").click();
    await reader.page.getByText("Tweede reactie tijdens de storing.").waitFor();
    assert.equal(await reader.page.getByText("Eerste reactie tijdens de storing.").count(), 1);
    assert.equal(await reader.page.getByText("Tweede reactie tijdens de storing.").count(), 1);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}

/** Where a proxy lets no WebSocket through, the same comes by server-sent events: real ones. */
export async function whereSocketsAreBlockedItIsLiveToo(browser, site) {
  const reader = await openPerson(browser, site);
  const writer = await openPerson(browser, site);
  try {
    let refused = 0;
    await reader.context.routeWebSocket(/\/live$/, (socket) => {
      refused += 1;
      void socket.close({ code: 3000 });
    });
    await reader.page.goto(thread);
    await signIn(writer.page, "adviseur@demo.example");
    await reader.page.locator("[data-live-applied]", { hasText: "Bijgewerkt tot" }).first().waitFor();
    await reply(writer.page, "Langs de andere weg.");
    await reader.page.locator("[data-live-bar]:not([hidden]) a").click();
    await reader.page.getByText("Langs de andere weg.").waitFor();
    assert.ok(refused >= 1);
    assert.deepEqual(reader.faults, []);
  } finally {
    await reader.context.close();
    await writer.context.close();
  }
}

/** The next message on the page that `is` and is of this kind. */
const heard = (page, is, kind) => page.evaluate((wanted) => new Promise((resolve) => document.addEventListener("forum:event",
  ({ detail }) => detail.is === wanted.is && (detail.kind ?? detail.value?.kind) === wanted.kind && resolve(true))), { is, kind });

/** Words that were taken back go from quotes and lists as well, long before the readers' pages would be read anew for anything else. */
export async function whatIsTakenBackIsQuotedNoMore(browser, site) {
  const writer = await openPerson(browser, site);
  const quoter = await openPerson(browser, site);
  const reader = await openPerson(browser, site);
  try {
    await signIn(writer.page, "adviseur@demo.example");
    await signIn(quoter.page, "wethouder@demo.example");
    const question = { kind: "question", body: "Een vraag.", theme: "wonen", visibility: "public" };
    const { id } = await send(writer, "POST", "/threads", { ...question, title: "Hoe gaat dit bij u?" }, 201);
    const { id: regretted } = await send(writer, "POST", "/threads", { ...question, title: "Deze vraag had ik niet moeten stellen" }, 201);
    const { number } = await send(writer, "POST", `/threads/${id}/posts`, { body: "Daar is de buurman de schuld van." }, 201);
    await send(quoter, "POST", `/threads/${id}/posts`, { body: "Dat weet ik zo net nog niet.", replyTo: number }, 201);
    // His moment is always the last that chance allows, and his time goes on only when the test says so.
    await reader.context.addInitScript(() => (Math.random = () => 0.99));
    await reader.context.clock.install();
    const list = await reader.context.newPage();
    for (const [page, address] of [[reader.page, `/gesprekken/${id}`], [list, "/gesprekken"]]) {
      await page.goto(address);
      await page.locator("[data-live-applied]", { hasText: "Bijgewerkt tot" }).first().waitFor();
    }
    const quote = reader.page.locator(".fd-citaat", { hasText: "de schuld van" });
    const row = list.locator("[data-rows] [data-thread]", { hasText: "niet moeten stellen" });
    assert.deepEqual([await quote.count(), await row.count()], [1, 1]);
    // Who is about to answer them keeps his form and his own words.
    await quoter.page.goto(`/gesprekken/${id}?citeer=${number}#reageer`);
    await quoter.page.locator("[data-live-applied]", { hasText: "Bijgewerkt tot" }).first().waitFor();
    await quoter.page.fill("#body", "Ik was nog bezig.");
    const quoted = quoter.page.locator("[data-quoted]", { hasText: "de schuld van" });
    assert.equal(await quoted.count(), 1);
    await reader.context.clock.pauseAt(await list.evaluate(() => Date.now() + 3_000));
    const told = [heard(reader.page, "event", "post.withdrawn"), heard(list, "hint", "post.withdrawn")];
    await send(writer, "DELETE", `/threads/${regretted}/posts/1`, undefined, 200);
    await send(writer, "DELETE", `/threads/${id}/posts/${number}`, undefined, 200);
    await Promise.all(told);
    await reader.context.clock.runFor(1_000);
    await quote.waitFor({ state: "detached" });
    await row.waitFor({ state: "detached" });
    await quoted.waitFor({ state: "detached" });
    assert.equal(await quoter.page.inputValue("#body"), "Ik was nog bezig.");
    assert.deepEqual([...reader.faults, ...quoter.faults], []);
  } finally {
    for (const { context } of [writer, quoter, reader]) await context.close();
  }
}

/** Whose session is ended on another device reads no longer what only members may: not in the thread, and not in a list. */
export async function whoIsSignedOutElsewhereReadsNoFurther(browser, site) {
  const writer = await openPerson(browser, site);
  const reader = await openPerson(browser, site);
  const elsewhere = await openPerson(browser, site);
  try {
    await signIn(writer.page, "adviseur@demo.example");
    const { id } = await send(writer, "POST", "/threads", { kind: "question", title: "Onder leden gezegd", body: "Dit blijft onder ons.", theme: "wonen",
      visibility: "members" }, 201);
    for (const { page } of [reader, elsewhere]) await signIn(page, "wethouder@demo.example");
    const list = await reader.context.newPage();
    for (const [page, address] of [[reader.page, `/gesprekken/${id}`], [list, "/gesprekken"]]) {
      await page.goto(address);
      await page.locator("[data-live-applied]", { hasText: "Bijgewerkt tot" }).first().waitFor();
    }
    const text = reader.page.getByText("Dit blijft onder ons.");
    const row = list.locator(`[data-rows] [data-thread="${id}"]`);
    assert.deepEqual([await text.count(), await row.count()], [1, 1]);
    const { sessions } = await send(elsewhere, "GET", "/me", undefined, 200);
    for (const one of sessions.filter(({ isCurrent }) => !isCurrent))
      assert.ok((await elsewhere.context.request.delete(`/api/v1/me/sessions/${one.id}`)).ok());
    await text.waitFor({ state: "detached" });
    await row.waitFor({ state: "detached" });
  } finally {
    for (const { context } of [writer, reader, elsewhere]) await context.close();
  }
}

/** His open page asks once more with the session that ended, and is answered after he signed in anew: that session stays. */
export async function aLateAnswerLeavesTheNewSession(browser, site) {
  const reader = await openPerson(browser, site);
  const elsewhere = await openPerson(browser, site);
  try {
    for (const { page } of [reader, elsewhere]) await signIn(page, "wethouder@demo.example");
    await reader.page.goto("/gesprekken");
    await reader.page.locator("[data-live-applied]", { hasText: "Bijgewerkt tot" }).first().waitFor();
    const answered = new Promise((resolve) => void reader.page.route("**/gesprekken", async (route) => {
      const headers = await route.request().allHeaders();
      await signIn(await reader.context.newPage(), "wethouder@demo.example");
      await route.fulfill({ response: await route.fetch({ headers }) });
      resolve();
    }, { times: 1 }));
    const { sessions } = await send(elsewhere, "GET", "/me", undefined, 200);
    for (const one of sessions.filter(({ isCurrent }) => !isCurrent))
      assert.ok((await elsewhere.context.request.delete(`/api/v1/me/sessions/${one.id}`)).ok());
    await answered;
    await send(reader, "GET", "/me", undefined, 200);
  } finally {
    for (const { context } of [reader, elsewhere]) await context.close();
  }
}
