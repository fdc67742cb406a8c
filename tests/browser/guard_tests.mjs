// What an author is asked about his words, and the staff's list of rules: plain forms, also without JavaScript; axe on each step.
import assert from "node:assert/strict";
import { choose, look, openPerson, phone, signIn, submit, withoutScript } from "./browser.mjs";

async function authorIsAsked(browser, site, options) {
  const { context, page, faults } = await openPerson(browser, site, options);
  try {
    await signIn(page, "adviseur@demo.example");
    await page.goto("/gesprekken/14");
    await page.fill("[name=body]", "Bel mevrouw Jansen: 06-12345678.");
    await submit(page, "#reactie button[value=plaats]");
    const question = page.locator("fieldset", { has: page.locator("#confirm_private") });
    assert.match(await question.innerText(), /Staat hier iets van een inwoner in\?[^]*06-12345678: dit lijkt een telefoonnummer/);
    assert.equal(await page.inputValue("[name=body]"), "Bel mevrouw Jansen: 06-12345678.");
    assert.deepEqual(await look(page, options, page.url()), []);
    await page.check("#confirm_private");
    await submit(page, "#reactie button[value=plaats]");
    await page.locator("#confirm_private").waitFor({ state: "detached" });
    assert.match(await page.locator("main").innerText(), /Een moderator bekijkt uw bericht[^]*Bel mevrouw Jansen/);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

async function moderatorMakesARule(browser, site, pattern, options) {
  const { context, page, faults } = await openPerson(browser, site, options);
  try {
    await signIn(page, "moderator@demo.example");
    await page.goto("/moderatie/woordregels");
    assert.deepEqual(await look(page, options, page.url()), []);
    await page.fill("[name=pattern]", pattern);
    await choose(page, "effect", "hold");
    await page.fill("[name=reason]", "kort");
    await submit(page, "button[value=proef]");
    assert.equal(await page.locator("#fouten a").getAttribute("href"), "#reason");
    assert.deepEqual(await look(page, options, page.url()), []);
    await page.fill("[name=reason]", "Wij lezen graag mee als het hierover gaat.");
    await submit(page, "button[value=proef]");
    assert.match(await page.locator("#proef").innerText(), /De regel treft [1-9]\d* bericht/);
    assert.deepEqual(await look(page, options, page.url()), []);
    await submit(page, "button[value=bewaar]");
    assert.match(await page.locator("main").innerText(), new RegExp(`Lees eerst mee[^]*voegde ‘${pattern}’ toe`));
    await submit(page, "form[action^='/moderatie/woordregels/'] button");
    assert.match(await page.locator("main").innerText(), new RegExp(`Staat uit[^]*zette ‘${pattern}’ uit`));
    assert.deepEqual(await look(page, options, page.url()), []);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(sideways <= 0, `scrolls sideways by ${sideways} px`);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** What is read first is said before it is written, and then waits. */
async function authorIsToldBeforehand(browser, site, options) {
  const moderator = await openPerson(browser, site, options), author = await openPerson(browser, site, options);
  try {
    await signIn(moderator.page, "moderator@demo.example");
    await moderator.page.goto("/moderatie/vooraf");
    await submit(moderator.page, "form[action='/moderatie/vooraf'] button");
    assert.equal(await moderator.page.locator("#fouten a").first().getAttribute("href"), "#about");
    assert.deepEqual(await look(moderator.page, options, "/moderatie/vooraf"), []);
    await moderator.page.selectOption("[name=about]", { label: "Wonen" });
    await moderator.page.fill("[name=reason]", "Dit onderwerp ligt nu gevoelig.");
    await submit(moderator.page, "form[action='/moderatie/vooraf'] button");
    assert.match(await moderator.page.locator("main").innerText(), /Wonen[^]*Dit onderwerp ligt nu gevoelig/);
    assert.deepEqual(await look(moderator.page, options, "/moderatie/vooraf"), []);

    await signIn(author.page, "wethouder@demo.example");
    await author.page.goto("/gesprekken?thema=wonen");
    await author.page.goto(await author.page.locator("main .fd-row a").first().getAttribute("href"));
    assert.match(await author.page.locator("#reactie").innerText(), /leest elk bericht met het thema ‘Wonen’[^]*gevoelig/);
    assert.deepEqual(await look(author.page, options, author.page.url()), []);
    await author.page.fill("#reactie [name=body]", "Wij doen dit met een vaste huiskamer in de wijk.");
    await submit(author.page, "#reactie button[value=plaats]");
    assert.match(await author.page.locator("main").innerText(), /vaste huiskamer[^]*Soms leest eerst een moderator mee/);

    await author.page.waitForLoadState("networkidle");
    assert.doesNotMatch(await author.page.locator("#reactie").innerText(), /op dit apparaat/, "what arrived is not offered again");

    await submit(moderator.page, "form[action^='/moderatie/vooraf/'] button");
    assert.match(await moderator.page.locator("main").innerText(), /stopte met ‘Wonen’/);
    await author.page.goto(author.page.url().split("#")[0]);
    assert.doesNotMatch(await author.page.locator("#reactie").innerText(), /gevoelig/);
    assert.deepEqual([...moderator.faults, ...author.faults], []);
  } finally {
    await moderator.context.close();
    await author.context.close();
  }
}

export const authorIsToldBeforehandPhoneDark = (browser, site) => authorIsToldBeforehand(browser, site, phone);
export const authorIsToldBeforehandWithoutScript = (browser, site) => authorIsToldBeforehand(browser, site, withoutScript);
export const authorIsAskedWide = (browser, site) => authorIsAsked(browser, site, {});
export const authorIsAskedPhoneDark = (browser, site) => authorIsAsked(browser, site, phone);
export const authorIsAskedWithoutScript = (browser, site) => authorIsAsked(browser, site, withoutScript);
export const moderatorMakesARuleWide = (browser, site) => moderatorMakesARule(browser, site, "wijk", {});
export const moderatorMakesARulePhoneDark = (browser, site) => moderatorMakesARule(browser, site, "school", phone);
export const moderatorMakesARuleWithoutScript = (browser, site) => moderatorMakesARule(browser, site, "taal", withoutScript);
