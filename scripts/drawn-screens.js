import { createHash } from "node:crypto";

/** The screen of the snapshots (test/ui/snapshots/80x24-en.txt) that shows the same step as each picture in docs/screens. */
export const pictures = {
	home: "home",
	cage: "cage-actions",
	choose: "choose",
	form: "form",
	trace: "trace",
	files: "files",
	accounts: "accounts",
	build: "build",
	trial: "trial-answered",
	save: "save",
};

/** The pictures of docs/wizard.svg, in their order. */
export const movingPictures = Object.keys(pictures).filter((name) => name !== "home" && name !== "cage");

/** Identifies the screens from which a picture was drawn. A picture with another stamp is older than its screens. */
export function stampOf(book, ...names) {
	const pages = new Map(
		`\n${book}`.split("\n=== ").map((page) => [page.slice(0, page.indexOf("\n")), page.slice(page.indexOf("\n")).trim()]),
	);
	const hash = createHash("sha256");
	for (const name of names) {
		const page = pages.get(pictures[name]);
		if (page === undefined) throw new Error(`no screen ${pictures[name]}`);
		hash.update(`${page}\n`);
	}
	return `screens ${hash.digest("hex").slice(0, 16)}`;
}
