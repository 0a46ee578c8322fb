import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

const folder = join(import.meta.dirname, "snapshots");
const isRenewed = process.env.RENEW_SNAPSHOTS === "1";
const heading = "=== ";

/** The screens of one size and language as a text file. A changed or new screen fails; `npm run snapshots` rewrites the file. */
export class Book {
	readonly #path: string;
	readonly #kept: ReadonlyMap<string, string>;
	readonly #pages = new Map<string, string>();

	constructor(name: string) {
		this.#path = join(folder, `${name}.txt`);
		this.#kept = isRenewed ? new Map() : pagesOf(readFileSync(this.#path, "utf8"));
	}

	page(name: string, lines: readonly string[]): void {
		expect([...this.#pages.keys()], "two screens have one name").not.toContain(name);
		const text = `${lines.join("\n").trimEnd()}\n`;
		this.#pages.set(name, text);
		if (!isRenewed) expect(text, `${name} (npm run snapshots)`).toBe(this.#kept.get(name));
	}

	close(): void {
		if (!isRenewed || !this.#pages.size) return;
		writeFileSync(this.#path, [...this.#pages].map(([name, text]) => `${heading}${name}\n${text}`).join("\n"));
	}
}

function pagesOf(book: string): Map<string, string> {
	const pages = new Map<string, string>();
	for (const page of `\n${book}`.split(`\n${heading}`).slice(1)) {
		const end = page.indexOf("\n");
		pages.set(page.slice(0, end), `${page.slice(end + 1).trimEnd()}\n`);
	}
	return pages;
}
