import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import type { FileKind, FileStatus, Files } from "../../base/machine/facts.ts";
import { ancestors, join, type Path, pathFromText, pathToText } from "../../base/path/path.ts";
import { type PresentCage, presentCage } from "../../cage/engine/cages.ts";
import { planToday } from "../../cage/engine/plan-cage.ts";
import { placeInCage } from "../../cage/manifest.ts";
import { isInPlace, type WritablePlaces } from "../../plan/binds.ts";
import { readMarks } from "../../plan/marks.ts";
import { subjectOfPermission } from "../../plan/permission-words.ts";
import type { EntryKind, Plan, Risk } from "../../plan/plan.ts";
import { fileRisks, optionsToInclude } from "../../plan/risks.ts";
import { type CallExplanation, type CapabilityExplanation, explainName, explainTrial, type Refusal } from "../explain.ts";
import { explainPath, type PathExplanation } from "../path.ts";

export type Explanation = PathExplanation | CallExplanation | CapabilityExplanation;

/** What the last trial found refused or missing, and what was left out deliberately. */
export interface Overview {
	readonly answered: boolean;
	readonly at?: string;
	readonly refusals: readonly Refusal[];
	readonly declined: readonly { readonly path: Path; readonly risk: Risk }[];
}

const entryKindOf = {
	file: "file",
	directory: "directory",
	symlink: "symlink",
	"character-device": "device",
	"block-device": "device",
	fifo: "socket",
	socket: "socket",
} satisfies Record<FileKind, EntryKind>;

/** Explains a path, a system call, a capability or a permission. Throws `explain-unknown` (exit 2) for an unknown name. */
export async function explainSubject(context: Context, name: string, asked: string): Promise<Explanation[]> {
	const present = await presentCage(context, name);
	const text = subjectOfPermission(asked);
	if (!text.startsWith("/")) {
		const found = explainName(text, present.cage, present.manifest);
		if (!found.length) throw new Failure("explain-unknown", { subject: asked }, 2);
		return found;
	}
	const { files, store } = context.machine;
	const path = pathFromText(text);
	const place = placeInCage(path, present.manifest);
	const [plan, trace] = [await planOf(context, present), await store.trace(name)];
	const real = files.resolve(path) ?? path;
	const onMachine = files.status(real);
	const onHost = onMachine && fileRisks(real, onMachine, onMachine.kind === "file" ? readMarks(real, files) : undefined);
	const shown = (status: FileStatus | undefined) => status && { ...status, device: undefined, kind: entryKindOf[status.kind] };
	const [inData, inHost] = [shown(statusInData(files, present.layout, place)), shown(files.status(place))];
	const facts = { manifest: present.manifest, plan, trace, onHost, ...omitUndefined({ inData, inHost }) };
	return [explainPath(path, facts)];
}

/** Goes through directories only, because a link of the application could reveal the host. */
function statusInData(files: Files, places: WritablePlaces, place: Path): FileStatus | undefined {
	if (isInPlace(place, places)) return undefined;
	const inData = (path: Path) => files.status(join(places.data, path.slice(1)));
	return ancestors(place).every((path) => inData(path)?.kind === "directory") ? inData(place) : undefined;
}

export async function explainCage(context: Context, name: string): Promise<Overview> {
	const present = await presentCage(context, name);
	const trial = present.cage.trials.at(-1);
	const plan = await planOf(context, present);
	const declined = plan?.declined ?? [];
	const options = new Map(
		declined.flatMap(({ path }) => {
			const options = plan ? optionsToInclude(path, plan) : [];
			return options.length ? [[pathToText(path) ?? "", options.join(" ")] as const] : [];
		}),
	);
	return {
		answered: trial?.answered ?? false,
		...(trial ? { at: trial.at } : {}),
		refusals: explainTrial(trial, options, present.manifest),
		declined,
	};
}

/** The plan of today. Undefined if the trace is gone. */
async function planOf(context: Context, { cage }: PresentCage): Promise<Plan | undefined> {
	const trace = await context.machine.store.trace(cage.name);
	return trace && planToday(context.machine, { cage, trace });
}
