import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import fc from "fast-check";
import { Failure } from "../../src/base/failure.ts";
import type { Path } from "../../src/base/path/path.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { tarHeader, tarPadding } from "../../src/transfer/archive/tar.ts";
import { inspectArchive } from "../../src/transfer/host/inspect.ts";
import { unpackArchive } from "../../src/transfer/host/receive.ts";
import { parsers } from "../parsers/parsers.ts";

/**
 * Reads and unpacks malformed archives in a separate folder. It writes everything that is not refused, without the review. Exits with 0
 * if each archive ended with a result or a `Failure` and nothing outside the target folder changed.
 */

const [folder = "", seed = "0", runs = "1"] = process.argv.slice(2);
const archive = `${folder}/archive.tar` as Path;
const staging = `${folder}/staging` as Path;
const victim = `${folder}/victim`;
const { signal } = new AbortController();

interface Entry {
	readonly name: string;
	readonly type: string;
	readonly link?: string;
	readonly mode?: number;
	readonly content?: Buffer;
	/** Size in the header, if it differs from the content's. */
	readonly size?: number | undefined;
	readonly pax?: Readonly<Record<string, string>> | undefined;
	readonly isGnu?: boolean;
}

const padded = (bytes: Buffer) => Buffer.concat([bytes, tarPadding(bytes.length)]);

function header({ content, isGnu, link = "", mode = 0o644, name, size = content?.length ?? 0, type }: Entry): Buffer {
	const member = { kind: "file", mode, uid: 0, gid: 0, mtime: 1_700_000_000, size } as const;
	const block = tarHeader({ ...member, path: name.slice(0, 100) as Path });
	block.write(type, 156, 1, "latin1");
	block.write(link, 157, 100, "latin1");
	if (isGnu) block.write("ustar  \0", 257, "latin1");
	block.write(" ".repeat(8), 148, "latin1");
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(sum.toString(8).padStart(7, "0"), 148, 7, "latin1");
	return block;
}

function record(key: string, value: string): string {
	const rest = ` ${key}=${value}\n`;
	let length = rest.length + 1;
	while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
	return `${length}${rest}`;
}

function packed(entry: Entry): Buffer {
	const parts: Buffer[] = [];
	if (entry.pax) {
		const text = Object.entries(entry.pax).map(([key, value]) => record(key, value));
		const content = Buffer.from(text.join(""), "latin1");
		parts.push(header({ name: "pax", type: "x", content }), padded(content));
	}
	parts.push(header(entry), padded(entry.content ?? Buffer.alloc(0)));
	return Buffer.concat(parts);
}

const sample = (name: string) => parsers[name]?.samples[0] ?? "";
const head = sample("the head of an exported cage").replace('"data":false', '"data":true');
const file = (name: string, text: string): Entry => ({ name, type: "0", content: Buffer.from(text, "latin1") });
const directory = (name: string): Entry => ({ name, type: "5", mode: 0o755 });
const rest: readonly Entry[] = [
	file("cage.json", sample("the description of a cage")),
	file("manifests/1.json", sample("a manifest")),
	file("log", "2025-01-02T03:04:05.678Z built {}\n"),
	...["generations/1", "generations/1/etc", "data", "data/var", "data/var/lib", "data/var/lib/app"].map(directory),
];

const parts = ["data", "var", "lib", "app", "generations", "1", "etc", "..", ".", "", "a", "b", "\xff", "\n", "x".repeat(90)];
const name = fc.oneof(
	fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 7 }).map((all) => all.join("/")),
	fc
		.array(fc.constantFrom("a", "b", "c", "\xff"), { minLength: 1, maxLength: 3 })
		.map((all) => `data/var/lib/app/${all.join("/")}`),
	fc.constantFrom("log", "traces", "traces/host.json.gz", "export.json", "seeded.json", "manifests", "generations/1/etc/x"),
	fc.constant(`${victim}/written`),
);
const target = fc.oneof(
	name,
	fc.constantFrom(victim, `${victim}/file`, `${"../".repeat(12)}etc/passwd`, "a", "../a", "data/var/lib/app/a"),
);
const sparse = fc.record({
	"GNU.sparse.major": fc.constantFrom("1", "1", "0"),
	"GNU.sparse.minor": fc.constant("0"),
	"GNU.sparse.name": name,
	"GNU.sparse.realsize": fc.constantFrom("0", "10", "4096", "99999999999", "-1", "x"),
});
const map = fc
	.array(fc.constantFrom("0", "1", "2", "10", "512", "99999", "x", ""), { maxLength: 6 })
	.map((all) => `${all.join("\n")}\n`);
const content = fc.oneof(
	fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
	map.map((text) => Buffer.concat([padded(Buffer.from(text)), Buffer.from("content")])),
);
const pax = fc.oneof(
	sparse,
	fc.record({ path: name }),
	fc.record({ linkpath: target }),
	fc.record({ size: fc.constantFrom("0", "1", "512", "9007199254740993", "99999999999", "-5") }),
	fc.dictionary(
		fc.constantFrom("uid", "gid", "mtime", "comment", "hdrcharset", "SCHILY.xattr.user.x"),
		fc.constantFrom("0", "1", "x"),
	),
);
const entry: fc.Arbitrary<Entry> = fc.record({
	name,
	type: fc.constantFrom("0", "0", "0", "5", "5", "2", "2", "1", "3", "4", "6", "7", "x", "g", "L", "K", "S", "\0"),
	link: target,
	mode: fc.constantFrom(0o644, 0o755, 0o4755, 0o1777, 0o7777),
	content,
	size: fc.option(fc.constantFrom(0, 1, 511, 512, 100_000, 2 ** 30), { nil: undefined, freq: 6 }),
	pax: fc.option(pax, { nil: undefined, freq: 2 }),
	isGnu: fc.boolean(),
});
const sized = entry.map((one) =>
	["0", "x", "g", "L", "K", "7", "\0"].includes(one.type) ? one : { ...one, content: Buffer.alloc(0) },
);
const wild = fc
	.record({
		before: fc.array(sized, { maxLength: 4 }),
		after: fc.array(sized, { maxLength: 10 }),
		flips: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), { maxLength: 4 })),
		cut: fc.option(fc.nat(20_000), { nil: undefined, freq: 8 }),
		end: fc.constantFrom(1024, 10_240, 10_240, 0, 512, 700),
	})
	.map(({ after, before, cut, end, flips }) => {
		const all = [file("export.json", head), ...before, ...rest, ...after].map(packed);
		const bytes = Buffer.concat([...all, Buffer.alloc(end)]);
		for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
		return cut === undefined ? bytes : bytes.subarray(0, cut);
	});

/** One wrong entry among valid ones, so that most of the archive is written. */
const calm = fc
	.record({
		names: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "\xff", "\n"), { maxLength: 6 }),
		kinds: fc.array(fc.constantFrom("0", "0", "5", "2", "1"), { minLength: 6, maxLength: 6 }),
		links: fc.array(fc.constantFrom("a", "./b", "../app/a", "a/../b", "..", victim), { minLength: 6, maxLength: 6 }),
		content,
		wrong: fc.option(sized, { nil: undefined }),
	})
	.map(({ content, kinds, links, names, wrong }) => {
		const entries = names.map((one, index): Entry => {
			const type = kinds[index] ?? "0";
			const link = type === "1" ? "data/var/lib/app/a" : (links[index] ?? "");
			return { name: `data/var/lib/app/${one}`, type, link, mode: 0o755, ...(type === "0" ? { content } : {}) };
		});
		const all = [file("export.json", head), ...rest, ...entries, ...(wrong ? [wrong] : [])];
		return Buffer.concat([...all.map(packed), Buffer.alloc(1024)]);
	});
const archives = fc.oneof(wild, calm);

/** Mode and time of everything outside the target folder. */
function snapshot(at = folder): string {
	if (at === staging) return "";
	const status = lstatSync(at);
	const below = status.isDirectory() ? readdirSync(at).map((name) => snapshot(`${at}/${name}`)) : [];
	return `${at} ${status.mode} ${status.mtimeMs}\n${below.join("")}`;
}

async function orFailure<T>(work: () => Promise<T>): Promise<T | undefined> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Failure) return undefined;
		throw error;
	}
}

const same = (id: number) => id;
const local = { owners: { uid: same, gid: same }, contents: new Map(), trace: (trace: Trace) => trace };
mkdirSync(victim);
writeFileSync(`${victim}/file`, "of the host");
let unpacked = 0;
await fc.assert(
	fc.asyncProperty(archives, async (bytes) => {
		writeFileSync(archive, bytes);
		mkdirSync(staging, { mode: 0o700 });
		try {
			const before = snapshot();
			const inspected = await orFailure(() => inspectArchive(archive, signal));
			if (inspected && !inspected.refusal) {
				const { head, manifest } = inspected;
				const written = await orFailure(async () => {
					await unpackArchive({ archive, head, local, manifest, staging, signal });
					return true;
				});
				if (written) unpacked++;
			}
			if (snapshot() !== before || readFileSync(`${victim}/file`, "utf8") !== "of the host") throw new Error("something changed");
		} finally {
			rmSync(staging, { recursive: true, force: true });
		}
	}),
	{ seed: Number(seed), numRuns: Number(runs) },
);
writeSync(1, `${unpacked}\n`);
