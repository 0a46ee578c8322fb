import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

// The script is plain Node without types.
const { movingPictures, pictures, stampOf } = await import(new URL("../../scripts/drawn-screens.js", import.meta.url).href);
const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const book = text("test/ui/snapshots/80x24-en.txt");
const renew = "run `npm run picture` as root";

test.each(Object.keys(pictures))("the picture %s was drawn after its screen changed last", (name) => {
	expect(text(`docs/screens/${name}.svg`), renew).toContain(stampOf(book, name));
});

test("the README's picture was drawn after its screens changed last", () => {
	expect(text("docs/wizard.svg"), renew).toContain(stampOf(book, ...movingPictures));
});

test("a changed screen changes its stamp alone", () => {
	const changed = book.replace("Which application", "What application");
	expect(stampOf(changed, "choose")).not.toBe(stampOf(book, "choose"));
	expect(stampOf(changed, "form")).toBe(stampOf(book, "form"));
});
