import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The rooms of src/ in their order: values and use cases of a room import only those of rooms before it. */
export const rooms = [
	"base",
	"service",
	"confine",
	"probe",
	"trace",
	"plan",
	"coverage",
	"cage",
	"check",
	"launch",
	"unit",
	"selftest",
	"record",
	"template",
	"make",
	"minimise",
	"options",
	"failure-watch",
	"adopt",
	"install",
	"watch",
	"upkeep",
	"transfer",
	"explain",
	"sessions",
] as const;

/** Folders on top of all rooms, which show and compose: their files may import everything. */
const onTop = ["messages", "wizard", "cli", "demo", "main.ts"];

/** Folders of src/wizard/ in their order; "" are the files directly there. A file imports its own folder and those before it. */
export const wizardFolders = [
	"state",
	"text",
	"parts",
	"home",
	"steps/form",
	"steps/choose",
	"steps/save",
	"steps/files",
	"steps/build",
	"steps/trace",
	"steps/accounts",
	"steps/trial",
	"fixes",
	"bindings",
	"pages",
	"reduce",
	"session",
	"",
	"linear",
	"host",
	"verbs",
];

/** What a file of a room is, from below to above. A file imports its own height and lower ones. */
const heights = ["values", "use case", "adapter", "face"] as const;
type Height = (typeof heights)[number];

export interface Arrow {
	readonly from: string;
	readonly to: string;
}

const heightOfFolder: Readonly<Record<string, Height>> = {
	engine: "use case",
	host: "adapter",
	relay: "adapter",
	report: "face",
	text: "face",
	verbs: "face",
};

export function roomOf(file: string): string {
	return file.slice(0, `${file}/`.indexOf("/"));
}

export function heightOf(file: string): Height {
	const [room = "", folder = ""] = file.split("/");
	return onTop.includes(room) ? "face" : (heightOfFolder[folder] ?? "values");
}

/** Every import between two files of src/, by their paths there. */
export function arrowsOf(root: string): Arrow[] {
	const source = join(root, "src");
	const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
	return files.flatMap((from) =>
		[...readFileSync(join(source, from), "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, to = ""]) => ({
			from,
			to: join(from, "..", to),
		})),
	);
}

/** Why an arrow may not be. Undefined if it may. */
export function objection({ from, to }: Arrow): string | undefined {
	const [above, below] = [heightOf(from), heightOf(to)];
	if (heights.indexOf(below) > heights.indexOf(above)) return `${above} imports ${below}`;
	if (above === "adapter" && below === "use case") return "adapter imports use case";
	if (isText(from) && below === "face" && !isText(to) && !isWordOfFaces(to)) return `text imports ${below}`;
	const [importing, imported] = [from, to].map(wizardFolderOf);
	if (importing !== undefined && imported !== undefined && wizardFolders.indexOf(imported) > wizardFolders.indexOf(importing))
		return `${imported || "wizard"} stands above ${importing || "wizard"}`;
	const isFree = above === "face" && !(isReport(from) && isReport(to));
	if (above !== below || isFree || orderOf(to) <= orderOf(from)) return undefined;
	return `${roomOf(to)} stands above ${roomOf(from)}`;
}

/** Text and JSON of a room's results, which other rooms show too. Verbs and texts may import everything. */
function isReport(file: string): boolean {
	return file.split("/")[1] === "report";
}

function isText(file: string): boolean {
	const [room, folder] = file.split("/");
	return folder === "text" || room === "messages";
}

/** Codes for which texts have words, though no room has them as values. */
function isWordOfFaces(file: string): boolean {
	return wizardFolderOf(file) === "state";
}

/** The folder in src/wizard/ that contains the file, of a step its own. Undefined outside. */
export function wizardFolderOf(file: string): string | undefined {
	const [room, ...parts] = file.split("/");
	if (room !== "wizard") return undefined;
	return parts.slice(0, parts[0] === "steps" ? -1 : Math.min(1, parts.length - 1)).join("/");
}

function orderOf(file: string): number {
	return (rooms as readonly string[]).indexOf(roomOf(file));
}

const cell = 18;
const labels = 100;

/** Draws a dependency structure matrix: the room of each line imports those of its marked columns. Everything is left of the diagonal. */
export function roomsPicture(root: string): string {
	const arrows = arrowsOf(root).filter(({ from, to }) => roomOf(from) !== roomOf(to));
	const size = labels + rooms.length * cell + 10;
	const place = (index: number) => labels + index * cell;
	const lines = rooms.flatMap((room, row) => {
		const y = place(row);
		const marks = rooms.flatMap((other, column) => {
			const between = arrows.filter(({ from, to }) => roomOf(from) === room && roomOf(to) === other);
			const has = (height: Height) => between.some(({ from, to }) => heightOf(from) === height && heightOf(to) === height);
			const x = place(column);
			if (column === row) return [`<rect x="${x}" y="${y}" width="${cell - 2}" height="${cell - 2}" fill="#ddd"/>`];
			return [
				...(has("values") ? [`<rect x="${x}" y="${y}" width="${cell - 2}" height="${cell - 2}" fill="#9cc3e6"/>`] : []),
				...(has("use case") || has("adapter") ? [`<circle cx="${x + 8}" cy="${y + 8}" r="4" fill="#1b4f80"/>`] : []),
			];
		});
		const middle = place(row) + 12;
		return [
			`<text x="${labels - 6}" y="${middle}" text-anchor="end">${room}</text>`,
			`<text transform="translate(${middle},${labels - 6}) rotate(-90)">${room}</text>`,
			...marks,
		];
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" font-family="sans-serif" font-size="12">`,
		"<title>Which room imports which</title>",
		`<rect width="${size}" height="${size}" fill="#fff"/>`,
		...lines,
		"</svg>\n",
	].join("\n");
}
