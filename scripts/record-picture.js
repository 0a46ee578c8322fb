import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * `node scripts/record-picture.js`: creates docs/record.png from a real cage's record. Needs root, Redis and Chromium (set `CHROMIUM=…`
 * if it has another name). The picture shows the page's beginning, the checklist and the coverage side by side.
 */
const chromium = process.env.CHROMIUM ?? "chromium";
const [width, height, scale] = [1000, 1300, 0.45];
const parts = ["", "#checklist", "#coverage"];

const folder = mkdtempSync(join(tmpdir(), "cagewright-picture-"));
const cagewright = (...args) =>
	execFileSync(process.execPath, ["bin/cagewright.js", "--lang", "en", "--state", join(folder, "state"), ...args], {
		stdio: "inherit",
	});
try {
	cagewright("make", "redis", "--yes", "--quiet");
	const said = ["--purpose", "Cache of the shop", "--initiated-by", "A. Weber, CISO", "--implemented-by", "J. Kern"];
	cagewright("record", "redis", ...said, "--approved-by", "A. Weber, CISO", "-o", join(folder, "record.html"));
	const frames = parts.map(
		(part, index) =>
			`<iframe src="record.html${part}" scrolling="no" style="left:${index * width * scale}px;width:${width}px;height:${height}px"></iframe>`,
	);
	const style = `iframe{position:absolute;top:0;border:0;transform:scale(${scale});transform-origin:0 0}body{margin:0}`;
	writeFileSync(join(folder, "index.html"), `<!doctype html><style>${style}</style><body>${frames.join("")}`);
	const window = [Math.round(width * scale * parts.length), Math.round(height * scale)].join(",");
	execFileSync(
		chromium,
		[
			"--headless",
			"--no-sandbox",
			"--disable-gpu",
			"--no-first-run",
			"--hide-scrollbars",
			"--disable-sync",
			"--disable-background-networking",
			"--disable-component-update",
			`--user-data-dir=${join(folder, "profile")}`,
			"--force-device-scale-factor=1.4",
			`--window-size=${window}`,
			`--screenshot=${join(process.cwd(), "docs", "record.png")}`,
			`file://${join(folder, "index.html")}`,
		],
		{ stdio: ["ignore", "ignore", "ignore"] },
	);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
