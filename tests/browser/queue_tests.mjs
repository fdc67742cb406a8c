// The moderators' queue with script: keys, what colleagues do meanwhile, and what comes late. Real sockets, real events.
import assert from "node:assert/strict";
import { openPerson, send, signIn } from "./browser.mjs";

export async function queueByKeyboard(browser, site) {
  const author = await openPerson(browser, site);
  const moderator = await openPerson(browser, site);
  try {
    await signIn(moderator.page, "moderator2@demo.example");
    await moderator.page.goto("/moderatie");
    const waiting = await moderator.page.locator(".fd-item").count();
    await signIn(author.page, "nieuw@demo.example");
    await send(author, "POST", "/threads/14/posts", { body: "Wacht op de toetsen van de moderator." }, 202);
    await author.page.goto("/gesprekken/14");
    await moderator.page.locator(".fd-wacht__nieuw:not([hidden])").waitFor();
    await moderator.page.goto("/moderatie");
    assert.equal(await moderator.page.locator(".fd-item").count(), waiting + 1);
    await moderator.page.locator(".fd-toetsen").waitFor();
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
    await page.locator(".fd-toetsen").waitFor();
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
