import { omitUndefined } from "../base/collections.ts";
import { type FileStatus, type Files, type Identity, rememberFiles } from "../base/machine/facts.ts";
import { ancestors, isWithin, normalise, type Path, parent, pathFromText, resolvePath } from "../base/path/path.ts";
import type { Application, Rules } from "../service/application.ts";
import { type Trace, withReads } from "../trace/trace.ts";
import { realBinds } from "./binds.ts";
import { HostAccess, ownPlaces, uidsNamed } from "./host-access.ts";
import { placeNamed, placeOf } from "./links.ts";
import { readMarks } from "./marks.ts";
import { mayUse } from "./may-use.ts";
import type { PlanInput, Risk } from "./plan.ts";
import { fileRisks } from "./risks.ts";
import { matchPaths } from "./rules.ts";
import { type LibraryTree, libraryTrees, sourceTrees } from "./trees.ts";

export type PlanBasis = ReturnType<typeof planBasis>;

/** What every part of a plan asks: the host's files, what the rules say about a path, and what the trace could not show. */
export function planBasis(input: PlanInput) {
	const { application, identity, trace } = input;
	const files = rememberFiles(input.files);
	const asked = { ...input.rules, binds: realBinds(input.rules.binds, files) };
	const excluded = matchPaths(asked.exclude, files);
	const program = startedByRoot(application, identity, files);
	const allowed = (path: Path, risk: Risk) => allows(asked, path, risk, files) || (risk === "setuid" && path === program);
	const look = (path: Path) => input.known?.(path) ?? readMarks(path, files);
	const isSecret = (path: Path, status: FileStatus) =>
		status.kind === "file" && fileRisks(path, status, look(path)).includes("secret");
	const unseen = mayUse({ application, files, identity, rules: input.rules, trace });
	const withHelpers = withReads(
		trace,
		unseen.flatMap(({ kind, path }) => (kind === "program" ? [path] : [])),
	);
	const sources = sourceTrees(withHelpers, files);
	const trees = [...libraryTrees(withHelpers, sources, files), ...sources];
	return {
		files,
		/** The rules with the real paths of binds. */
		asked,
		excluded,
		program,
		allowed,
		look,
		isSecret,
		isLeftOut: (path: Path, status: FileStatus) =>
			excluded(path) !== undefined || (isSecret(path, status) && !allowed(path, "secret")),
		unseen,
		trees,
		isOwn: ownDirectories(application, trace, trees, files),
		hostAccess: new HostAccess({
			files,
			users: input.users,
			identity,
			uids: [...trace.uids, ...uidsNamed(asked.accounts, input.users)],
			own: ownPlaces(application),
			...omitUndefined({ stateFolder: input.stateFolder }),
		}),
		uids: new Set([identity.uid, ...trace.uids].filter((uid) => uid > 0)),
		gids: new Set([identity.gid, ...identity.groups, ...trace.gids].filter((gid) => gid > 0)),
	};
}

/**
 * Returns the program, links resolved, if root starts it: root gains nothing from a setuid bit, so the file goes in without the
 * bit and without a question.
 */
function startedByRoot({ command }: Application, { uid }: Identity, files: Files): Path | undefined {
	return uid === 0 ? placeNamed(command[0] ?? "", files) : undefined;
}

export function allows(rules: Rules, path: Path, risk: Risk, files: Files): boolean {
	const list = risk === "secret" ? rules.allowSecret : risk === "setuid" ? rules.allowSetuid : [];
	return list.some((text) => {
		const named = normalise(pathFromText(text));
		return (
			named === path || files.resolve(named) === path || (isWithin(path, named) && files.status(named)?.kind === "directory")
		);
	});
}

/**
 * Returns a test for the application's own directories: those with a file that its command names (a configuration, a script), a
 * program that ran, or its sources.
 */
function ownDirectories(
	{ command, cwd }: Application,
	trace: Trace,
	trees: readonly LibraryTree[],
	files: Files,
): (directory: Path) => boolean {
	const base = normalise(pathFromText(cwd));
	const named = command
		.slice(1)
		// `--config=/etc/app.conf` and `-c/etc/app.conf` name a file too.
		.map((word) => placeOf(normalise(resolvePath(base, pathFromText(word.replace(/^-[^/=]*=?(?=\/)/, "")))), files))
		.filter((path) => files.status(path)?.kind === "file");
	const programs = [...trace.programs].map((path) => placeOf(path, files));
	const holders = new Set([...named, ...programs].map(parent));
	return (directory) => holders.has(directory) || trees.some(({ top }) => isWithin(directory, top));
}

/**
 * Returns the user's directories that the application will probably write: the home, the working directory, and what the command
 * names. Without root, each needs its own overlay: an overlay cannot copy up a directory of another owner, and creating something
 * below one fails with EOVERFLOW (measured).
 */
export function likelyWrittenDirectories(command: readonly string[], cwd: string, { home, uid }: Identity, files: Files): Path[] {
	const named = command.slice(1).flatMap((word) => /(?:^|=)(\/.*)$/s.exec(word)?.[1] ?? []);
	const all = [home, cwd, ...named].flatMap((text) => ownDirectory(normalise(pathFromText(text)), uid, files) ?? []);
	return [...new Set(all)];
}

/** Returns the directories in which a creation failed for that reason. */
export function failedCopyUps(trace: Trace, uid: number, files: Files): Path[] {
	const failed = [...trace.accesses.values()].filter((access) => access.failed.has("EOVERFLOW"));
	const directories = failed.flatMap(({ path }) => {
		const place = placeOf(path, files);
		return ownDirectory(place, uid, files) ?? nearestDirectory(place, files) ?? [];
	});
	return [...new Set(directories)];
}

/**
 * Returns the outermost directory of those above `path` that belong to the user without a gap; undefined if the nearest one does not.
 */
function ownDirectory(path: Path, uid: number, files: Files): Path | undefined {
	const nearest = nearestDirectory(placeOf(path, files), files);
	if (nearest === undefined) return undefined;
	const way = [...ancestors(nearest), nearest];
	const foreign = way.findLastIndex((directory) => files.status(directory)?.uid !== uid);
	return way[foreign + 1];
}

function nearestDirectory(path: Path, files: Files): Path | undefined {
	return [...ancestors(path), path].findLast((directory) => files.status(directory)?.kind === "directory");
}
