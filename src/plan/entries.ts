import { by } from "../base/collections.ts";
import type { FileStatus, Files } from "../base/machine/facts.ts";
import { ancestors, isWithin, normalise, type Path, parent, pathFromText } from "../base/path/path.ts";
import { type Application, launchEnvironment } from "../service/application.ts";
import { isMountedByLauncher } from "./areas.ts";
import { isPrivateTop } from "./dedicated.ts";
import { libraryClosure } from "./elf/closure.ts";
import type { LoaderFiles } from "./elf/search.ts";
import { linkChain, placeOf } from "./links.ts";
import type { Mark } from "./marks.ts";
import type { Decision, Entry, EntryKind, Offer, Reason, Risk } from "./plan.ts";
import { fileRisks } from "./risks.ts";

/** Maximum number of reasons per entry; everything needs the C library. */
const maxReasons = 4;

/**
 * How the application used a path. `looked-at`: it only tested whether the file exists, its mode or whether it can be executed.
 * `missed`: the same, and without the file a trial failed.
 */
type Use = "used" | "looked-at" | "missed";

/** Bytes up to which a file that was only looked at is copied, so that the test answers in the cage as on the host. */
const maxLookedAt = 1024 * 1024;

interface EntryRules {
	/** Returns the rule that excludes a path. */
	readonly excluded: (path: Path) => string | undefined;
	/** Tells whether the administrator allowed this secret or setuid file. */
	readonly allowed: (path: Path, risk: Risk) => boolean;
	/** Mount points of the running cage: the plan provides nothing below them. */
	readonly mounted: readonly Path[];
}

/** Whether an entry is in the plan, and why. */
interface Judgement {
	readonly decision: Decision;
	readonly risks: readonly Risk[];
	readonly reason: Reason;
}

/** Collects entries by path. Adding a path also adds the links and directories on the way to it. */
export class EntryCollector {
	readonly #entries = new Map<Path, Entry>();
	/** Files that were only looked at so far. Another use changes the decision. */
	readonly #onlyLooked = new Set<Path>();
	readonly #files: Files;
	readonly #rules: EntryRules;
	readonly #look: (path: Path) => readonly Mark[] | undefined;

	/** `look` returns a file's marks, or undefined if the file cannot be read. */
	constructor(files: Files, rules: EntryRules, look: (path: Path) => readonly Mark[] | undefined) {
		this.#files = files;
		this.#rules = rules;
		this.#look = look;
	}

	/**
	 * Adds whatever is at `path`. Returns its real path if it is a file that the cage gets a copy of. A file that was only looked at
	 * is copied without its setuid bit, and stays out if it is large.
	 */
	add(path: Path, reason: Reason, use: Use = "used"): Path | undefined {
		const { links, directories, end } = linkChain(path, this.#files);
		// A search path may go up again (`$ORIGIN/../lib`); the reason names the place itself.
		const child = path === normalise(path) ? path : (end ?? normalise(path));
		const away = links.findIndex((link) => isMountedByLauncher(link.path));
		if (away >= 0) {
			// The launcher provides this link in the cage, and it leads elsewhere.
			for (const link of links.slice(0, away)) {
				this.addMountPoint(parent(link.path), { kind: "parent-of", child });
				this.#addLink(link.path, link.target, reason);
			}
			return undefined;
		}
		// Dangling links are kept too, so that the application finds the same as on the host.
		for (const link of links) this.#addLink(link.path, link.target, reason);
		for (const directory of directories) if (directory !== end) this.#addDirectory(directory, { kind: "parent-of", child });
		if (end === undefined || this.#isMounted(end)) return undefined;
		const status = this.#files.status(end);
		if (status?.kind === "directory") this.#addDirectory(end, reason);
		else if (status?.kind === "file") return this.#addFile(end, status, reason, use);
		return undefined;
	}

	/** Adds only the links on the way to a path that the application created, wrote or removed. */
	addWay(path: Path, reason: Reason): void {
		for (const link of linkChain(path, this.#files).links) {
			this.addMountPoint(parent(link.path), { kind: "parent-of", child: link.path });
			this.#addLink(link.path, link.target, reason);
		}
	}

	addDevice(path: Path, status: FileStatus, judgement: Judgement): void {
		if (!status.device) return;
		const type = status.kind === "block-device" ? "b" : "c";
		this.#put(path, "device", { status, ...judgement, extra: { device: { type, ...status.device } } });
	}

	addSocket(path: Path, decision: Decision, reason: Reason): void {
		const status: FileStatus = { kind: "socket", mode: 0o666, uid: 0, gid: 0, size: 0, mtime: 0 };
		this.#put(path, "socket", { status, decision, risks: [], reason });
	}

	addGenerated(path: Path, content: string, reason: Reason): void {
		const status: FileStatus = { kind: "file", mode: 0o644, uid: 0, gid: 0, size: Buffer.byteLength(content), mtime: 0 };
		this.#entries.delete(path);
		this.addMountPoint(parent(path), { kind: "parent-of", child: path });
		this.#put(path, "generated", { status, decision: "include", risks: [], reason, extra: { content } });
	}

	/**
	 * Whether a file can be added that every account of the cage can open: nothing else is there, no rule excludes it, and the
	 * directories above it can be entered. The application's own directories keep their modes.
	 */
	mayAddDecoy(path: Path): boolean {
		const above = ancestors(path).flatMap((directory) => this.#entries.get(directory) ?? []);
		const isOpen = above.every(({ decision, kind, mode }) => decision === "include" && kind === "directory" && mode & 0o001);
		return isOpen && !this.#entries.has(path) && !this.#isMounted(path) && this.#decide(path) === "include";
	}

	/** Adds a file whose content the build creates. Directories that are not in the plan are open to everyone. */
	addDecoy(path: Path, reason: Reason): void {
		const made = { uid: 0, gid: 0, size: 0, mtime: 0 };
		for (const directory of ancestors(path)) {
			const status = { ...made, kind: "directory", mode: 0o755 } as const;
			if (!this.#entries.has(directory))
				this.#put(directory, "directory", { status, decision: "include", risks: [], reason: { kind: "parent-of", child: path } });
		}
		this.#put(path, "generated", { status: { ...made, kind: "file", mode: 0o644 }, decision: "include", risks: [], reason });
	}

	/** Adds something that a rule or risk kept out of a writable directory, so that the plan lists it. */
	addLeftOut(path: Path, reason: Reason): void {
		const status = this.#files.status(path);
		if (!status) return;
		const kind = status.kind === "directory" || status.kind === "symlink" ? status.kind : "file";
		const target = kind === "symlink" ? this.#files.readLink(path) : undefined;
		const risks = kind === "file" ? fileRisks(path, status, this.#look(path)) : [];
		this.#put(path, kind, { status, decision: "declined", risks, reason, extra: target === undefined ? {} : { target } });
	}

	/** Adds a directory, which need not exist on the host, with its parents. */
	addMountPoint(path: Path, reason: Reason): void {
		for (let end = path.indexOf("/", 1); ; end = path.indexOf("/", end + 1)) {
			const directory = (end < 0 ? path : path.slice(0, end)) as Path;
			if (directory.length > 1) this.#addDirectory(directory, end < 0 ? reason : { kind: "parent-of", child: path });
			if (end < 0) return;
		}
	}

	addBind(path: Path, reason: Reason): void {
		this.addMountPoint(path, reason);
		const entry = this.#entries.get(path);
		if (entry) this.#entries.set(path, { ...entry, kind: "bind", reasons: [reason] });
	}

	/** Sorted by path, parents before children. */
	entries(): Entry[] {
		return [...this.#entries.values()].sort(by(({ path }) => path));
	}

	files(): Entry[] {
		return [...this.#entries.values()].filter((entry) => entry.kind === "file" && entry.decision === "include");
	}

	/** Files that the kernel or the loader reads. */
	programs(): Entry[] {
		return this.files().filter(({ marks }) => marks?.includes("elf") || marks?.includes("script"));
	}

	#addLink(path: Path, target: Path, reason: Reason): void {
		if (this.#isMounted(path)) return;
		const status = this.#files.status(path);
		if (status) this.#put(path, "symlink", { status, decision: this.#decide(path), risks: [], reason, extra: { target } });
	}

	#addDirectory(path: Path, reason: Reason): void {
		if (path === "/" || (this.#isMounted(path) && !this.#rules.mounted.includes(path))) return;
		const status = this.#files.status(path);
		const there =
			status?.kind === "directory"
				? { ...status, mode: isPrivateTop(path) ? 0o755 : status.mode }
				: { kind: "directory" as const, mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0 };
		this.#put(path, "directory", { status: { ...there, size: 0 }, decision: this.#decide(path), risks: [], reason });
	}

	#addFile(path: Path, status: FileStatus, reason: Reason, use: Use): Path | undefined {
		const known = this.#entries.get(path);
		if (known && (use === "looked-at" || !this.#onlyLooked.has(path))) {
			this.#put(path, known.kind, { status, decision: known.decision, risks: known.risks, reason });
			return known.decision === "include" ? path : undefined;
		}
		const marks = this.#look(path);
		const all = fileRisks(path, status, marks);
		const isUnallowed = (risk: Risk) => all.includes(risk) && !this.#rules.allowed(path, risk);
		// The cage's copy has no setuid bit unless the administrator allows it, and a test needs none.
		const isPlainCopy = use !== "used" && isUnallowed("setuid");
		const risks = all.filter((risk) => !(isPlainCopy && risk === "setuid"));
		const isForbidden = isUnallowed("secret") || (isUnallowed("setuid") && !isPlainCopy);
		const isUncopied = use === "looked-at" && status.size > maxLookedAt;
		if (isUncopied && !risks.includes("large")) risks.push("large");
		if (isUncopied || isPlainCopy) this.#onlyLooked.add(path);
		else this.#onlyLooked.delete(path);
		if (known) this.#entries.delete(path);
		const decision = isForbidden || isUncopied ? "declined" : this.#decide(path);
		this.#put(path, "file", { status, decision, risks, reason, ...(marks && { extra: { marks } }) });
		return decision === "include" ? path : undefined;
	}

	#decide(path: Path): Decision {
		return this.#rules.excluded(path) === undefined ? "include" : "declined";
	}

	#isMounted(path: Path): boolean {
		return isMountedByLauncher(path) || this.#rules.mounted.some((directory) => isWithin(path, directory));
	}

	#put(path: Path, kind: EntryKind, add: Judgement & { readonly status: FileStatus; readonly extra?: Partial<Entry> }): void {
		const known = this.#entries.get(path);
		if (known) {
			// Prefer any other reason to "parent of something".
			const reasons = known.reasons.filter((reason) => reason.kind !== "parent-of" || add.reason.kind === "parent-of");
			if (reasons.length >= maxReasons || (add.reason.kind === "parent-of" && reasons.length > 0)) return;
			if (reasons.some((reason) => JSON.stringify(reason) === JSON.stringify(add.reason))) return;
			this.#entries.set(path, { ...known, reasons: [...reasons, add.reason] });
			return;
		}
		const { mode, uid, gid, size, mtime } = add.status;
		const { decision, extra, reason, risks } = add;
		this.#entries.set(path, { path, kind, decision, mode, uid, gid, size, mtime, ...extra, reasons: [reason], risks });
	}
}

/** Everything needs the C library: name only this many of the files that need one. */
const maxNamed = 2;

/**
 * Adds what the kernel and the loader read and no trace shows: the interpreters and libraries of all collected files. Libraries
 * that a dlopen note calls `required` go in. Returns the `recommended` ones that the trace did not load, as offers.
 */
export function addLibraries(
	collector: EntryCollector,
	{ application, chroots, files }: { readonly application: Application; readonly chroots: Iterable<Path>; readonly files: Files },
): Offer[] {
	const add = (path: Path, kind: "interpreter-of" | "needed-by", by: Iterable<Path>) => {
		for (const one of [...by].slice(0, maxNamed)) collector.add(path, { kind, by: placeOf(one, files) });
	};
	const options = { environment: launchEnvironment(application), directory: normalise(pathFromText(application.cwd)) };
	const programs = collector.programs().map((entry) => entry.path);
	for (const chroot of chroots) {
		const root = placeOf(chroot, files);
		const inside = programs.filter((path) => root !== "/" && isWithin(path, root)).map((path) => path.slice(root.length) as Path);
		if (!inside.length) continue;
		const seen = libraryClosure(inside, filesBelow(root, files), options);
		const outside = (path: Path) => `${root}${path}` as Path;
		for (const [path, by] of seen.interpreters) add(outside(path), "interpreter-of", [...by].map(outside));
		for (const [path, by] of seen.needed) add(outside(path), "needed-by", [...by].map(outside));
	}
	const { interpreters, needed, optional } = libraryClosure(programs, files, options);
	for (const [path, by] of interpreters) add(path, "interpreter-of", by);
	for (const [path, by] of needed) add(path, "needed-by", by);
	for (const { by, needs, path, priority } of optional) {
		if (priority !== "required") continue;
		add(path, "needed-by", by);
		for (const each of needs) add(each, "needed-by", [path]);
	}
	const inPlan = new Set(collector.files().map((entry) => entry.path));
	return optional.flatMap(({ needs, path, priority }) => {
		if (priority !== "recommended" || inPlan.has(placeOf(path, files))) return [];
		const places = [path, ...needs].map((each) => placeOf(each, files)).filter((place) => !inPlan.has(place));
		const bytes = places.reduce((sum, place) => sum + (files.status(place)?.size ?? 0), 0);
		return [{ kind: "library", path, files: places.length, bytes } satisfies Offer];
	});
}

/** The files that a process sees after chroot(2). A link that leaves the root ends nowhere. */
function filesBelow(root: Path, files: Files): LoaderFiles {
	const below = (path: Path) => `${root}${path}` as Path;
	return {
		status: (path) => files.status(below(path)),
		list: (path) => files.list(below(path)),
		read: (path, limit) => files.read(below(path), limit),
		inspect: (path, use) => files.inspect(below(path), use),
		resolve(path) {
			const real = files.resolve(below(path));
			return real !== undefined && real !== root && isWithin(real, root) ? (real.slice(root.length) as Path) : undefined;
		},
	};
}
