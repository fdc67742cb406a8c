// Pages of the staff about themselves: what a moderator looks after, from the person's page, and the log of a thread; with script (axe at
// each step), on a phone, and without.
import assert from "node:assert/strict";
import { look, openFollowing, openPerson, password, phone, send, signIn, submit, withoutScript } from "./browser.mjs";

async function withPerson(browser, site, options, email, test) {
  const person = await openPerson(browser, site, options);
  try {
    await signIn(person.page, email);
    const found = await test(person.page);
    assert.deepEqual([...found, ...person.faults], []);
  } finally {
    await person.context.close();
  }
}

async function idOf(browser, site, email) {
  const { context, page } = await openPerson(browser, site);
  try {
    return (await (await page.request.post("/api/v1/session", { data: { email, password } })).json()).id;
  } finally {
    await context.close();
  }
}

const scope = (browser, site, options) =>
  withPerson(browser, site, options, "beheer@demo.example", async (page) => {
    const found = [];
    const id = await idOf(browser, site, "moderator2@demo.example");
    await page.goto(`/leden/${id}`);
    await submit(page, `a[href="/leden/${id}/gebied"]`);
    found.push(...await look(page, options, "a scope"));
    await page.locator("label[for=themes-taal]").click();
    await page.locator("label", { hasText: /^Drenthe$/ }).click();
    await submit(page, "main form.fd-form button.nl-button--primary");
    assert.match(await page.locator("main").innerText(), /Het gebied is bewaard|Kies het gebied/);
    await page.goto(`/leden/${id}/gebied`);
    assert.equal(await page.locator("#themes-taal").isChecked(), true);
    assert.match(await page.locator("main").innerText(), /koos: Taal, Drenthe/);
    found.push(...await look(page, options, "a scope with its log"));
    await page.locator("label[for=themes-taal]").click();
    await page.locator("label", { hasText: /^Drenthe$/ }).click();
    await submit(page, "main form.fd-form button.nl-button--primary");
    return found;
  });

const log = (browser, site, options) =>
  withPerson(browser, site, options, "moderator@demo.example", async (page) => {
    const found = [];
    const data = { kind: "question", title: "Een gesprek met een logboek", body: "Wat is hier wijs?", theme: "wonen", visibility: "public" };
    const { id } = await (await page.request.post("/api/v1/threads", { data })).json();
    await page.request.put(`/api/v1/threads/${id}/pin`, { data: { reason: "Dit leest iedereen.", until: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10) } });
    await page.goto(`/gesprekken/${id}`);
    await page.locator(".fd-mod summary").click();
    await submit(page, `a[href="/gesprekken/${id}/logboek"]`);
    assert.match(await page.locator("main").innerText(), /Vastgezet[^]*Tot en met[^]*Dit leest iedereen/);
    found.push(...await look(page, options, "the log of a thread"));
    return found;
  });

/** A thread goes elsewhere, and with it its case from the queue of who looks after where it was. */
export async function aMovedThreadLeavesTheQueue(browser, site) {
  const emails = { admin: "beheer@demo.example", colleague: "moderator@demo.example", part: "moderator2@demo.example", author: "nieuw@demo.example" };
  const people = {};
  for (const name of Object.keys(emails)) people[name] = await openPerson(browser, site);
  try {
    for (const [name, email] of Object.entries(emails)) await signIn(people[name].page, email);
    const { page } = people.part;
    const scopeOf = `/members/${await idOf(browser, site, emails.part)}/scope`;
    await send(people.admin, "PUT", scopeOf, { themes: ["wonen"] });
    const { id } = await send(people.author, "POST", "/threads", { kind: "question", title: "Dit gesprek gaat straks elders heen", body: "Wat is hier wijs?", theme: "wonen", visibility: "public" });
    await openFollowing(page, "/moderatie");
    const row = page.locator(".fd-item", { hasText: "Dit gesprek gaat straks" });
    assert.equal(await row.count(), 1);
    await send(people.colleague, "PUT", `/threads/${id}/place`, { kind: "question", theme: "taal", municipalities: [], typologies: [], reason: "Het gaat over taal." });
    await row.waitFor({ state: "detached" });
    await send(people.admin, "PUT", scopeOf, {}); // the other tests begin with none
  } finally {
    for (const { context } of Object.values(people)) await context.close();
  }
}

export const scopeWide = (browser, site) => scope(browser, site, {});
export const scopeOnPhone = (browser, site) => scope(browser, site, phone);
export const scopeWithoutScript = (browser, site) => scope(browser, site, withoutScript);
export const logWide = (browser, site) => log(browser, site, {});
export const logOnPhone = (browser, site) => log(browser, site, phone);
export const logWithoutScript = (browser, site) => log(browser, site, withoutScript);
