import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { movingPictures, stampOf } from "./drawn-screens.js";
import { transcriptOf } from "./transcript.js";

/**
 * `npm run picture`, as root: creates docs/wizard.svg from a real run of the wizard with the demonstration, and in docs/screens a still
 * picture of each main screen, of the list of cages and of a cage's page. Text and colours are those that the terminal showed. Each has
 * the stamp of the snapshots that show the same screen, so that a test notices when it is old.
 */
const columns = 80;
const rows = 24;
const secondsEach = 4;
/** Maps the colours of src/wizard/parts/look.ts from the 256 colour cube to one of the first eight. */
const fixedColors = { 28: 2, 31: 6, 130: 3, 160: 1 };
const [characterWidth, lineHeight, margin] = [8.4, 18, 16];
const width = Math.round(columns * characterWidth + 2 * margin);
const height = rows * lineHeight + 2 * margin;

/**
 * `shows` matches a screen that is ready for its picture; only screens with a name get a still picture. Enter opens the next screen.
 * The header shows the current step.
 */
const steps = [
	{ name: "choose", shows: /demo\s+Demonstration/ },
	{ name: "form", shows: /\[ Start tracing \]/ },
	{ name: "trace", shows: /step 2\/7.*It answers/s },
	{ name: "files", shows: /step 3\/7.*left out/s },
	{ name: "accounts", shows: /step 4\/7/ },
	{ name: "build", shows: /step 5\/7/ },
	{ name: "trial", shows: /step 6\/7.*It answers.*escape techniques tried/s },
	{ shows: /❯\s*Save\s/ },
	{ name: "save", shows: /step 7\/7.*The same without questions:\s+\S+ .*make demo/s },
];
/** Opened again, the wizard shows the cage that was made. */
const laterSteps = [
	{ name: "home", shows: /❯ .*demo .*\bok\b/ },
	{ name: "cage", shows: /Update it from/ },
];

execFileSync(process.execPath, ["build.js"], { stdio: "inherit" });
const state = mkdtempSync(join(tmpdir(), "cagewright-picture-"));
const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...env } = process.env;
const book = readFileSync("test/ui/snapshots/80x24-en.txt", "utf8");
let emulator;
let pty;
let over;

try {
	const screens = await walk(steps);
	const later = await walk(laterSteps, "\x03\x03");
	mkdirSync("docs/screens", { recursive: true });
	for (const { lines, name } of [...screens, ...later]) if (name) writeFileSync(`docs/screens/${name}.svg`, still(name, lines));
	writeFileSync("docs/wizard.svg", moving(screens));
	writeFileSync("docs/wizard-transcript.md", transcriptOf(moving(screens)));
} finally {
	rmSync(state, { recursive: true, force: true });
}

/** Runs the wizard and presses Enter on each screen, and these keys on the last one. */
async function walk(stops, last = "\r") {
	emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
	pty = spawn(process.execPath, ["bin/cagewright.js", "--state", state, "--lang", "en"], {
		cols: columns,
		rows,
		name: "xterm-256color",
		env: { ...env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
	});
	pty.onData((data) => emulator.write(data));
	over = false;
	const ended = new Promise((resolve) =>
		pty.onExit(() => {
			over = true;
			resolve();
		}),
	);
	try {
		const screens = [];
		for (const [index, { name, shows }] of stops.entries()) {
			screens.push({ name, lines: await until(shows) });
			pty.write(index === stops.length - 1 ? last : "\r");
		}
		await ended;
		return screens;
	} finally {
		if (!over) pty.kill("SIGTERM");
		await ended;
	}
}

async function until(pattern) {
	for (let tries = 0; tries < 1200; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		if (!pattern.test(textOf(shown()))) {
			if (over) break;
			continue;
		}
		// The frame may be incomplete, and counters may still change.
		for (let before = ""; before !== textOf(shown()); ) {
			before = textOf(shown());
			await new Promise((resolve) => setTimeout(resolve, 600));
		}
		return shown();
	}
	throw new Error(`never saw ${pattern}:\n${textOf(shown())}`);
}

function textOf(lines) {
	return lines.map((runs) => runs.map(({ text }) => text).join("")).join("\n");
}

/** Splits each line into pieces of the same look. */
function shown() {
	const { active } = emulator.buffer;
	return Array.from({ length: rows }, (_, row) => pieces(active.getLine(active.baseY + row)));
}

function pieces(line) {
	const runs = [];
	for (let column = 0; column < columns; column++) {
		const cell = line?.getCell(column);
		if (cell === undefined || cell.getWidth() === 0) continue;
		const look = lookOf(cell);
		const last = runs.at(-1);
		const text = cell.getChars() || " ";
		if (last !== undefined && last.look === look) last.text += text;
		else runs.push({ look, text, column });
	}
	// Hide where the run took place. The columns after a shortened name keep their positions.
	for (const run of runs) run.text = elsewhere(run.text);
	return runs.filter(({ look, text }) => text.trim() !== "" || look.includes("inverse"));
}

function elsewhere(text) {
	return [
		[state, "/var/lib/cagewright"],
		[process.cwd(), "/opt/cagewright"],
	].reduce((said, [from, to]) => said.replaceAll(from, to), text);
}

function lookOf(cell) {
	const names = [];
	if (cell.isBold()) names.push("bold");
	if (cell.isDim()) names.push("dim");
	if (cell.isInverse()) names.push("inverse");
	const color = cell.isFgPalette() ? (fixedColors[cell.getFgColor()] ?? cell.getFgColor()) : 8;
	if (color < 8) names.push(`c${color}`);
	return names.join(" ");
}

function drawn(lines) {
	return lines
		.flatMap((runs, row) =>
			runs.map(({ column, look, text }) => {
				const x = (margin + column * characterWidth).toFixed(1);
				const y = margin + row * lineHeight;
				const length = (text.length * characterWidth).toFixed(1);
				const behind = look.includes("inverse")
					? `<rect class="behind" x="${x}" y="${y}" width="${length}" height="${lineHeight}"/>`
					: "";
				const named = look === "" ? "" : ` class="${look}"`;
				return `${behind}<text xml:space="preserve"${named} x="${x}" y="${(y + 0.75 * lineHeight).toFixed(1)}" textLength="${length}">${escapeXml(text)}</text>`;
			}),
		)
		.join("\n");
}

function still(name, lines) {
	return framed(`The wizard: ${name}`, stampOf(book, name), "", drawn(lines));
}

/** Shows one screen after the other, or only the first if the reader prefers reduced motion. */
function moving(screens) {
	const total = screens.length * secondsEach;
	const share = 100 / screens.length;
	const style = `.frame { animation: show ${total}s step-end infinite; }
@keyframes show { 0% { opacity: 1 } ${share.toFixed(2)}% { opacity: 0 } 100% { opacity: 0 } }
@media (prefers-reduced-motion: reduce) { .frame { animation: none } }
`;
	const frames = screens.map(
		({ lines }, index) =>
			`<g class="frame" style="animation-delay:${index * secondsEach}s${index ? ";opacity:0" : ""}">\n${drawn(lines)}\n</g>`,
	);
	const stamp = stampOf(book, ...movingPictures);
	return framed("The wizard puts the demonstration into a cage", stamp, style, frames.join("\n"));
}

function framed(title, stamp, style, content) {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${title}</title>
<!-- ${stamp} -->
<style>
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d7dae0; white-space: pre; }
.bold { font-weight: bold } .dim { opacity: 0.65 } .behind { fill: #d7dae0 } text.inverse { fill: #1d2026 }
.c1 { fill: #ef7a85 } .c2 { fill: #98c379 } .c3 { fill: #e5c07b } .c4 { fill: #61afef } .c5 { fill: #c678dd } .c6 { fill: #56b6c2 }
${style}</style>
<rect width="100%" height="100%" rx="8" fill="#1d2026"/>
${content}
</svg>
`;
}

function escapeXml(text) {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
