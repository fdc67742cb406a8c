// Two people side by side: what one writes the other sees without reloading. Real sockets, real events.
import assert from "node:assert/strict";
import { openPerson, signIn } from "./browser.mjs";

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

export async function queueByKeyboard(browser, site) {
  const author = await openPerson(browser, site);
  const moderator = await openPerson(browser, site);
  try {
    await signIn(moderator.page, "moderator2@demo.example");
    await moderator.page.goto("/moderatie");
    const waiting = await moderator.page.locator(".fd-item").count();
    await signIn(author.page, "nieuw@demo.example");
    await reply(author.page, "Wacht op de toetsen van de moderator.");
    await moderator.page.locator(".fd-wacht__nieuw:not([hidden])").waitFor();
    await moderator.page.goto("/moderatie");
    assert.equal(await moderator.page.locator(".fd-item").count(), waiting + 1);
    for (let step = 0; step <= waiting; step += 1) {
      await moderator.page.keyboard.press("j");
      await moderator.page.locator(`.fd-item >> nth=${step}`).and(moderator.page.locator("[aria-current]")).waitFor();
    }
    await moderator.page.locator(".fd-wacht__tekst").getByText("Wacht op de toetsen van de moderator.").waitFor();
    await moderator.page.locator("form.fd-besluit").waitFor();
    await moderator.page.keyboard.press("1");
    assert.equal(await moderator.page.isChecked("#d-approve"), true);
    await moderator.page.keyboard.press("Control+Enter");
    await author.page.waitForFunction(
      () => [...document.querySelectorAll("article[data-post]")].some(
        (post) => post.textContent.includes("Wacht op de toetsen") && !post.classList.contains("fd-post--wacht")),
      null, { timeout: 30_000 });
    assert.deepEqual([...author.faults, ...moderator.faults], []);
  } finally {
    await author.context.close();
    await moderator.context.close();
  }
}

/** A colleague was first, and the page that says so comes after the moderator went on to the next case: he stays there. */
export async function aLatePageOfTheQueueIsNotShown(browser, site) {
  const moderator = await openPerson(browser, site);
  const colleague = await openPerson(browser, site);
  const { page } = moderator;
  try {
    for (const [person, email] of [[moderator, "moderator2"], [colleague, "moderator"]]) await signIn(person.page, `${email}@demo.example`);
    await page.goto("/moderatie");
    const [first, second] = await page.locator(".fd-item").evaluateAll((items) => items.map((item) => item.dataset["case"]));
    let goOn, isAsked;
    const wentOn = new Promise((resolve) => (goOn = resolve));
    const asked = new Promise((resolve) => (isAsked = resolve));
    let pages = 0;
    await page.route(`**/moderatie/${first}`, async (route) => {
      // He opens it; the colleague takes it meanwhile; then comes what says so.
      pages += 1;
      if (pages === 2) {
        isAsked();
        await wentOn;
      }
      const response = await route.fetch();
      if (pages === 1) await send(colleague, "PUT", `/moderation/cases/${first}/lease`, undefined, 200);
      await route.fulfill({ response });
    });
    await page.keyboard.press("j");
    await asked;
    await page.keyboard.press("j");
    const sheet = page.locator(`.fd-wacht__blad[data-geval="${second}"]`);
    await sheet.waitFor();
    const late = page.waitForResponse((response) => response.url().endsWith(`/moderatie/${first}`));
    goOn();
    await (await late).finished();
    await page.evaluate(() => fetch("/api/v1/me"));
    assert.equal(await sheet.count(), 1);
    assert.equal(new URL(page.url()).pathname, `/moderatie/${second}`);
  } finally {
    for (const { context } of [moderator, colleague]) await context.close();
  }
}

const send = async (person, method, path, data, status) => {
  const answer = await person.context.request.fetch(`/api/v1${path}`, { method, data });
  assert.equal(answer.status(), status, `${method} ${path}: ${await answer.text()}`);
  return answer.json();
};

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

/** Figures and rows follow what others do; the open case, what is typed about it and the focus stay. */
export async function theQueueChangesAroundWhoWorksInIt(browser, site) {
  const author = await openPerson(browser, site);
  const moderator = await openPerson(browser, site);
  const colleague = await openPerson(browser, site);
  const { page } = moderator;
  try {
    for (const [person, email] of [[author, "nieuw"], [moderator, "moderator"], [colleague, "moderator2"]]) await signIn(person.page, `${email}@demo.example`);
    for (const body of ["Aan dit bericht werkt iemand.", "Over dit bericht besluit een collega."]) await send(author, "POST", "/threads/14/posts", { body }, 202);
    await page.goto("/moderatie");
    const waiting = Number(await page.locator("[data-aantal]").innerText());
    const mine = page.locator(".fd-item", { hasText: "Aan dit bericht werkt iemand" });
    const other = page.locator(".fd-item", { hasText: "besluit een collega" });
    await mine.click();
    await page.locator("form.fd-besluit").waitFor();
    await page.keyboard.press("3");
    await page.locator("#questions").click();
    await page.keyboard.type("In welk jaar");
    let loads = 0;
    page.on("domcontentloaded", () => (loads += 1));
    const { items } = await send(colleague, "GET", "/moderation/cases", undefined, 200);
    const { id, version } = items.find((one) => one.excerpt.startsWith("Over dit bericht"));
    await send(colleague, "POST", `/moderation/cases/${id}/decision`, { version, decision: "approve" }, 200);
    await other.waitFor({ state: "detached" });
    assert.equal(await page.locator("[data-aantal]").innerText(), String(waiting - 1));
    assert.equal(await page.locator("#rij-kop").innerText(), waiting === 2 ? "1 bericht" : `${waiting - 1} berichten`);
    await page.keyboard.type(" was dit?");
    assert.equal(await page.inputValue("#questions"), "In welk jaar was dit?");
    assert.equal(await mine.getAttribute("aria-current"), "true");
    assert.equal(loads, 0);
    // What comes waits behind the button; the figures know of it.
    await send(author, "POST", "/threads/14/posts", { body: "En dit kwam later." }, 202);
    await page.locator(".fd-wacht__nieuw:not([hidden])").waitFor();
    await page.waitForFunction((count) => document.querySelector("[data-aantal]").textContent === String(count), waiting);
    assert.equal(await page.getByText("En dit kwam later.").count(), 0);
    await page.locator(".fd-wacht__nieuw").click();
    await page.locator(".fd-item", { hasText: "En dit kwam later." }).waitFor();
    assert.equal(await page.inputValue("#questions"), "In welk jaar was dit?");
    assert.equal(await mine.getAttribute("aria-current"), "true");
    assert.deepEqual(moderator.faults, []);
  } finally {
    for (const { context } of [author, moderator, colleague]) await context.close();
  }
}

/** Single keys can be in the way of who speaks to his computer (WCAG 2.1.4): once off they stay off, until they are put on again. */
export async function theKeysOfTheQueueCanBeSwitchedOff(browser, site) {
  const { context, page, faults } = await openPerson(browser, site);
  const author = await openPerson(browser, site);
  const openCases = () => page.locator(".fd-item[aria-current]").count();
  const chosen = () => page.locator("form.fd-besluit [name=decision]:checked").count();
  try {
    await signIn(author.page, "nieuw@demo.example");
    await send(author, "POST", "/threads/14/posts", { body: "Dit wacht op een toets." }, 202);
    await signIn(page, "moderator@demo.example");
    await page.goto("/moderatie");
    await page.locator("[data-toetsknop]", { hasText: "Zet sneltoetsen uit" }).click();
    for (const time of ["at once", "after a reload"]) {
      await page.locator("[data-toetsknop]", { hasText: "Zet sneltoetsen aan" }).waitFor();
      await page.keyboard.press("j");
      assert.equal(await openCases(), 0, time);
      assert.equal(await page.locator(".fd-toetsen__uitleg").isVisible(), false, time);
      await page.reload();
    }
    await page.locator(".fd-item", { hasText: "Dit wacht op een toets" }).click();
    await page.locator("form.fd-besluit").waitFor();
    const open = await page.locator(".fd-wacht__blad").getAttribute("data-geval");
    for (const key of ["1", "2", "3", "4", "k", "Control+Enter"]) await page.keyboard.press(key);
    assert.equal(await chosen(), 0);
    assert.equal(await page.locator(".fd-wacht__blad").getAttribute("data-geval"), open);
    await page.locator("[data-toetsknop]", { hasText: "Zet sneltoetsen aan" }).click();
    await page.keyboard.press("1");
    assert.equal(await chosen(), 1);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
    await author.context.close();
  }
}
