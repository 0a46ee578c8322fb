import {
	closeSync,
	existsSync,
	fstatSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { pathFromText } from "../../src/core/path/path.ts";
import { openBelow, openDirectory, openWay, type WayEnd } from "../../src/system/files/descriptor.ts";

/**
 * Walks through trees that fast-check makes. `tree`: nobody changes them, and the outcome is what the kinds on the way say. `race`: the parent process swaps
 * directories for links meanwhile. Either way, what is opened is in `inside`, by device and inode.
 */
const [folder = "", mode = "tree", seed = "1"] = process.argv.slice(2);
const inside = join(folder, "inside");
const outside = join(folder, "outside");
/** Exists once the walk knows all directories: swapped ones cannot be counted. */
const counted = join(folder, "counted");
const names = ["a", "b", "c"] as const;

/** Every directory below, by device and inode. */
function identities(top: string): Set<string> {
	const found = new Set<string>();
	const look = (directory: string) => {
		const { dev, ino } = lstatSync(directory, { bigint: true });
		found.add(`${dev}:${ino}`);
		for (const entry of readdirSync(directory, { withFileTypes: true }))
			if (entry.isDirectory()) look(join(directory, entry.name));
	};
	look(top);
	return found;
}

class Ended extends Error {
	readonly end: WayEnd;
	constructor(end: WayEnd) {
		super(end.error);
		this.end = end;
	}
}

/** Identity of what is opened, or where the way ended. */
function walk(way: readonly string[]): string | WayEnd {
	try {
		const descriptor = openWay(pathFromText(inside), way.map(pathFromText), (end) => new Ended(end));
		const { dev, ino } = fstatSync(descriptor, { bigint: true });
		closeSync(descriptor);
		return `${dev}:${ino}`;
	} catch (error) {
		if (error instanceof Ended) return error.end;
		throw error;
	}
}

async function walkToRead(way: readonly string[]): Promise<string | undefined> {
	const top = await openDirectory(pathFromText(inside));
	try {
		const opened = await openBelow(top, way.map(pathFromText)).catch(() => undefined);
		if (opened === undefined) return undefined;
		const { dev, ino } = await opened.stat({ bigint: true });
		await opened.close();
		return `${dev}:${ino}`;
	} finally {
		await top.close();
	}
}

type Node = { readonly kind: "file" | "absent" } | { readonly kind: "link"; readonly to: string } | Directory;
interface Directory {
	readonly kind: "directory";
	readonly children: Readonly<Record<(typeof names)[number], Node>>;
}

const targets = [outside, "/", "/proc/1/root", "/proc/self/root", "..", "../../outside", ".", "a", "/absent", inside];
const { tree } = fc.letrec<{ tree: Node; directory: Directory }>((tie) => ({
	directory: fc.record({
		kind: fc.constant("directory"),
		children: fc.record({ a: tie("tree"), b: tie("tree"), c: tie("tree") }),
	}) as never,
	tree: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.constantFrom<Node>({ kind: "file" }, { kind: "absent" }),
		fc.constantFrom(...targets).map((to): Node => ({ kind: "link", to })),
		tie("directory"),
		tie("directory"),
	),
}));
const ways = fc.array(
	fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(...names) },
		{ weight: 1, arbitrary: fc.constantFrom("..", ".", "", "a/b", "/") },
	),
	{
		maxLength: 6,
	},
);

function build(place: string, node: Node): void {
	if (node.kind === "file") writeFileSync(place, "");
	if (node.kind === "link") symlinkSync(node.to, place);
	if (node.kind !== "directory") return;
	mkdirSync(place);
	for (const name of names) build(join(place, name), node.children[name]);
}

/** Index at which the way ends, by the kinds alone; its length where it does not. */
function expectedEnd(top: Node, way: readonly string[]): number {
	let node = top;
	for (const [index, name] of way.entries()) {
		if (node.kind !== "directory") return index - 1;
		const next = (node.children as Record<string, Node | undefined>)[name];
		if (next?.kind !== "directory") return index;
		node = next;
	}
	return way.length;
}

async function trees(): Promise<number> {
	let opened = 0;
	const property = fc.asyncProperty(tree, ways, async (top, way) => {
		rmSync(inside, { recursive: true, force: true });
		build(inside, top.kind === "directory" ? top : { kind: "directory", children: { a: top, b: top, c: { kind: "absent" } } });
		const whole =
			top.kind === "directory" ? top : ({ kind: "directory", children: { a: top, b: top, c: { kind: "absent" } } } as const);
		const end = expectedEnd(whole, way);
		const found = walk(way);
		const isOpen = typeof found === "string";
		if (isOpen !== (end === way.length)) throw new Error(`${JSON.stringify(found)} where the way ends at ${end}`);
		if (isOpen && !identities(inside).has(found)) throw new Error("outside");
		if (!isOpen && found.index !== end) throw new Error(`ended at ${found.index}, not at ${end}`);
		const read = await walkToRead(way.filter((name) => (names as readonly string[]).includes(name)));
		if (read !== undefined && !identities(inside).has(read)) throw new Error("outside, to read");
		if (isOpen) opened++;
	});
	await fc.assert(property, { seed: Number(seed), numRuns: 1500 });
	return opened;
}

/** All directories are there from the start, and the parent process only renames them, so what may be reached is known. */
async function race(): Promise<number> {
	const known = identities(folder);
	const forbidden = identities(outside);
	writeFileSync(counted, "");
	const count = { opened: 0, ended: 0 };
	const property = fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), async (way) => {
		const found = walk(way);
		const read = await walkToRead(way);
		for (const one of [found, read]) {
			if (typeof one === "string" && (forbidden.has(one) || !known.has(one))) throw new Error(`outside by ${way.join("/")}`);
		}
		count[typeof found === "string" ? "opened" : "ended"]++;
	});
	await fc.assert(property, { seed: Number(seed), numRuns: 20_000 });
	if (!count.opened || !count.ended) throw new Error(`nothing was swapped: ${JSON.stringify(count)}`);
	return count.opened;
}

/** Swaps a directory for a link and back, until it is ended. */
async function swap(): Promise<void> {
	while (!existsSync(counted)) await new Promise((resolve) => setTimeout(resolve, 5));
	for (;;) {
		for (const place of [join(inside, "a"), join(inside, "b/a"), join(inside, "a/b")]) {
			try {
				renameSync(place, `${place}.aside`);
				symlinkSync(outside, place);
				rmSync(place);
				renameSync(`${place}.aside`, place);
			} catch {
				// What is above it is swapped: the next one.
			}
		}
	}
}

if (mode === "swap") await swap();
else process.stdout.write(String(await (mode === "race" ? race() : trees())));
