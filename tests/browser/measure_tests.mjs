// A measure from the person's page to what he meets: two moderators about an alderman, and the page in place of what he may not do; with
// script (axe at each step), on a phone, and without.
import assert from "node:assert/strict";
import { look, openPerson, phone, signIn, submit, withoutScript } from "./browser.mjs";

const facts = "Schreef drie keer over een inwoner, ook na een waarschuwing.";

async function suspension(browser, site, options) {
  const people = [];
  const open = async (email) => {
    const person = await openPerson(browser, site, options);
    people.push(person);
    await signIn(person.page, email);
    return person.page;
  };
  const found = [];
  const says = async (page, words) => assert.match(await page.locator("main").innerText(), words);
  try {
    const member = await open("wethouder@demo.example");
    const { id } = await (await member.request.post("/api/v1/session", { data: { email: "wethouder@demo.example", password: "forum-demo-2026" } })).json();
    const moderator = await open("moderator@demo.example");
    await moderator.goto(`/leden/${id}`);
    found.push(...await look(moderator, options, "a person, for a moderator"));
    await submit(moderator, "form[action$='/maatregel'] button");
    const at = new URL(moderator.url()).pathname;
    await says(moderator, /Dit geval gaat over een persoon/);
    await moderator.locator("label[for=d-suspend]").click();
    found.push(...await look(moderator, options, "case about a person"));
    await moderator.fill("#until", new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
    await moderator.locator("label[for=regel-geen-inwoners]").click();
    await moderator.fill("#facts", facts);
    const left = moderator.waitForURL((url) => url.pathname !== at);
    await moderator.locator("form.fd-besluit button.nl-button--primary").click();
    await left;
    if (options.javaScriptEnabled !== false) {
      const status = moderator.locator("#status", { hasText: /Uw besluit is nog een voorstel/ });
      await status.waitFor({ state: "attached" });
    }
    await moderator.goto(at);
    await says(moderator, /Een andere moderator moet uw voorstel bevestigen/);
    found.push(...await look(moderator, options, "one's own proposal"));

    const colleague = await open("moderator2@demo.example");
    await colleague.goto(at);
    found.push(...await look(colleague, options, "proposal of another"));
    assert.equal((await submit(colleague, "button[name=answer][value=refuse]")).status(), 400);
    assert.equal(await colleague.locator("#fouten a").getAttribute("href"), "#note");
    found.push(...await look(colleague, options, "proposal with a fault"));
    await submit(colleague, "button[name=answer][value=confirm]");

    assert.equal((await member.goto("/gesprekken")).status(), 403);
    await says(member, /U bent geschorst[^]*Maak bezwaar/);
    found.push(...await look(member, options, "shut out"));
    await submit(member, "main a[href^='/bezwaar']");
    found.push(...await look(member, options, "objection to a measure"));
    await member.goto("/ik/besluiten");
    await says(member, /Besluit over u[^]*U bent geschorst/);
    found.push(...await look(member, options, "decisions about oneself"));

    await colleague.goto(at);
    found.push(...await look(colleague, options, "case with a measure"));
    await submit(colleague, "#besloten form button");
    assert.equal((await member.goto("/gesprekken")).status(), 200);
    await colleague.goto(at);
    await colleague.locator("label[for=d-unfounded]").click();
    const closed = colleague.waitForURL((url) => url.pathname !== at);
    await colleague.locator("form.fd-besluit button.nl-button--primary").click();
    await closed;
    assert.deepEqual([...found, ...people.flatMap((person) => person.faults)].filter((fault) => !/40[03]/.test(fault)), []);
  } finally {
    for (const person of people) await person.context.close();
  }
}

export const suspensionWide = (browser, site) => suspension(browser, site, {});
export const suspensionOnPhone = (browser, site) => suspension(browser, site, phone);
export const suspensionWithoutScript = (browser, site) => suspension(browser, site, withoutScript);
