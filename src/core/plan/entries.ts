import { type Application, launchEnvironment } from "../application/application.ts";
import { libraryClosure } from "../elf/closure.ts";
import type { FileStatus, Files } from "../machine/facts.ts";
import { isWithin, normalise, type Path, parent, pathFromText } from "../path/path.ts";
import { isMountedByLauncher } from "./areas.ts";
import { isPrivateTop } from "./dedicated.ts";
import { linkChain, placeOf } from "./links.ts";
import type { Mark } from "./marks.ts";
import type { Decision, Entry, EntryKind, Offer, Reason, Risk } from "./plan.ts";
import { fileRisks } from "./risks.ts";

/** Reasons kept for one entry; a C library is needed by everything. */
const mostReasons = 4;

/** Bytes up to which a file that was never opened is copied all the same: its size may have mattered. */
const mostLookedAt = 1024 * 1024;

interface EntryRules {
	/** The pattern that excludes a path. */
	readonly excluded: (path: Path) => string | undefined;
	/** Secrets and setuid files that the administrator allowed by name. */
	readonly allowed: (path: Path, risk: Risk) => boolean;
	/** Directories whose content does not come from the plan: mounted over when the cage runs. */
	readonly mounted: readonly Path[];
}

/** Collects entries by path; links on the way, the directories above and the file at the end come along. */
export class EntryCollector {
	readonly #entries = new Map<Path, Entry>();
	/** Large files that were only looked at so far. */
	readonly #uncopied = new Set<Path>();
	readonly #files: Files;
	readonly #rules: EntryRules;
	readonly #look: (path: Path) => readonly Mark[] | undefined;

	/** `look` gives the marks of a file's content; undefined where it cannot be read. */
	constructor(files: Files, rules: EntryRules, look: (path: Path) => readonly Mark[] | undefined) {
		this.#files = files;
		this.#rules = rules;
		this.#look = look;
	}

	/**
	 * Adds what `path` names. Returns where it really is, if it is there and goes into the cage as a copy. A large file that was
	 * `onlyLooked` at (listing a directory looks at everything in it) stays out.
	 */
	add(path: Path, reason: Reason, onlyLooked = false): Path | undefined {
		const { links, directories, end } = linkChain(path, this.#files);
		// A reason names a place, not the way there: a search path may go up again (`$ORIGIN/../lib`).
		const child = path === normalise(path) ? path : (end ?? normalise(path));
		const away = links.findIndex((link) => isMountedByLauncher(link.path));
		if (away >= 0) {
			// What stands there in the cage is the launcher's and leads elsewhere.
			for (const link of links.slice(0, away)) {
				this.addMountPoint(parent(link.path), { kind: "parent-of", child });
				this.#addLink(link.path, link.target, reason);
			}
			return undefined;
		}
		// A chain that leads nowhere is kept as well: the application that saw a dangling link will see it again.
		for (const link of links) this.#addLink(link.path, link.target, reason);
		for (const directory of directories) if (directory !== end) this.#addDirectory(directory, { kind: "parent-of", child });
		if (end === undefined || this.#isMounted(end)) return undefined;
		const status = this.#files.status(end);
		if (status?.kind === "directory") this.#addDirectory(end, reason);
		else if (status?.kind === "file") return this.#addFile(end, status, reason, onlyLooked);
		return undefined;
	}

	/** The links on the way to what was only made, written or taken away: the way has to be there, whatever lies at its end. */
	addWay(path: Path, reason: Reason): void {
		for (const link of linkChain(path, this.#files).links) {
			this.addMountPoint(parent(link.path), { kind: "parent-of", child: link.path });
			this.#addLink(link.path, link.target, reason);
		}
	}

	addDevice(path: Path, status: FileStatus, decision: Decision, risks: readonly Risk[], reason: Reason): void {
		if (!status.device) return;
		const type = status.kind === "block-device" ? "b" : "c";
		this.#put(path, "device", { status, decision, risks, reason, extra: { device: { type, ...status.device } } });
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

	/** What would have been copied to a writable directory, so that the plan tells of it. */
	addLeftOut(path: Path, reason: Reason): void {
		const status = this.#files.status(path);
		if (!status) return;
		const kind = status.kind === "directory" || status.kind === "symlink" ? status.kind : "file";
		const target = kind === "symlink" ? this.#files.readLink(path) : undefined;
		const risks = kind === "file" ? fileRisks(path, status, this.#look(path)) : [];
		this.#put(path, kind, { status, decision: "declined", risks, reason, extra: target === undefined ? {} : { target } });
	}

	/** A directory that need not exist on the host, with those above it. */
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
		return [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
	}

	files(): Entry[] {
		return [...this.#entries.values()].filter((entry) => entry.kind === "file" && entry.decision === "include");
	}

	/** Those of them that the kernel or the loader reads itself. */
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
		// What is excluded is so with all below it: nothing that goes in needs it.
		this.#put(path, "directory", { status: { ...there, size: 0 }, decision: this.#decide(path), risks: [], reason });
	}

	#addFile(path: Path, status: FileStatus, reason: Reason, onlyLooked: boolean): Path | undefined {
		const known = this.#entries.get(path);
		if (known && (onlyLooked || !this.#uncopied.has(path))) {
			this.#put(path, known.kind, { status, decision: known.decision, risks: known.risks, reason });
			return known.decision === "include" ? path : undefined;
		}
		const marks = this.#look(path);
		const risks = fileRisks(path, status, marks);
		const forbidden = risks.some((risk) => (risk === "secret" || risk === "setuid") && !this.#rules.allowed(path, risk));
		const uncopied = onlyLooked && status.size > mostLookedAt;
		if (uncopied) this.#uncopied.add(path);
		else if (this.#uncopied.delete(path)) this.#entries.delete(path);
		if (uncopied && !risks.includes("large")) risks.push("large");
		const decision = forbidden || uncopied ? "declined" : this.#decide(path);
		this.#put(path, "file", { status, decision, risks, reason, ...(marks && { extra: { marks } }) });
		return decision === "include" ? path : undefined;
	}

	#decide(path: Path): Decision {
		return this.#rules.excluded(path) === undefined ? "include" : "declined";
	}

	#isMounted(path: Path): boolean {
		return isMountedByLauncher(path) || this.#rules.mounted.some((directory) => isWithin(path, directory));
	}

	#put(
		path: Path,
		kind: EntryKind,
		add: { status: FileStatus; decision: Decision; risks: readonly Risk[]; reason: Reason; extra?: Partial<Entry> },
	): void {
		const known = this.#entries.get(path);
		if (known) {
			// The reason that an administrator cares about is the first that is not merely "something below it".
			const reasons = known.reasons.filter((reason) => reason.kind !== "parent-of" || add.reason.kind === "parent-of");
			if (reasons.length >= mostReasons || (add.reason.kind === "parent-of" && reasons.length > 0)) return;
			if (reasons.some((reason) => JSON.stringify(reason) === JSON.stringify(add.reason))) return;
			this.#entries.set(path, { ...known, reasons: [...reasons, add.reason] });
			return;
		}
		const { mode, uid, gid, size, mtime } = add.status;
		this.#entries.set(path, {
			path,
			kind,
			decision: add.decision,
			mode,
			uid,
			gid,
			size,
			mtime,
			...add.extra,
			reasons: [add.reason],
			risks: add.risks,
		});
	}
}

/** The C library is needed by everything: of the files that need one, so many are named. */
const mostNamed = 2;

/**
 * What the kernel and the loader read and no trace shows: interpreters and libraries of all that the collector holds. Libraries that files say they may
 * load by themselves (dlopen notes) go in where they are `required`. Gives the `recommended` ones that no trace saw, as offers.
 */
export function addLibraries(collector: EntryCollector, application: Application, files: Files): Offer[] {
	const add = (path: Path, kind: "interpreter-of" | "needed-by", by: Iterable<Path>) => {
		for (const one of [...by].slice(0, mostNamed)) collector.add(path, { kind, by: placeOf(one, files) });
	};
	const { interpreters, needed, optional } = libraryClosure(
		collector.programs().map((entry) => entry.path),
		files,
		{ environment: launchEnvironment(application), directory: normalise(pathFromText(application.cwd)) },
	);
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
