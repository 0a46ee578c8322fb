import { createHash } from "node:crypto";
import { environmentName, initName, type LaunchSpec } from "../../core/confinement/launch.ts";
import { launchScript, namespaceCommand } from "../../core/confinement/launch-script.ts";
import { confineName } from "../../core/confinement/programs/confine.ts";
import { join, type Path, pathFromText, pathToBytes } from "../../core/path/path.ts";
import { readBytes } from "../files/text-files.ts";
import { writeAtomic } from "../state/atomic.ts";
import { makeSafeFolder } from "../state/folder.ts";
import { scriptName } from "./scratch.ts";

interface LaunchDraft {
	readonly spec: LaunchSpec;
	readonly programs: { readonly confiner: Buffer; readonly environment: Buffer; readonly init: Buffer };
}

/**
 * Writes a launch into a folder of its own in `folder`, named by its content, so that an installed service never starts parts of
 * two launches. `prepare` gets the folder for its paths. Returns the command that starts it, which needs nothing else of ours.
 */
export async function placeLaunch(folder: Path, prepare: (place: string) => LaunchDraft): Promise<readonly string[]> {
	const bytesOf = (spec: LaunchSpec) => Buffer.from(launchScript(spec), "latin1");
	const draft = prepare("/");
	const hash = createHash("sha256").update(bytesOf(draft.spec));
	for (const program of Object.values(draft.programs)) hash.update(program);
	const place = join(folder, pathFromText(`launch-${hash.digest("hex").slice(0, 12)}`));
	const { programs, spec } = prepare(pathToBytes(place).toString());
	await makeSafeFolder(place);
	await write(join(place, pathFromText(initName)), programs.init, 0o700);
	// The application's account executes its copy.
	await write(join(place, pathFromText(environmentName)), programs.environment, 0o755);
	await write(join(place, pathFromText(confineName)), programs.confiner, 0o700);
	const script = join(place, pathFromText(scriptName));
	await write(script, bytesOf(spec), 0o600);
	const [first = "", ...rest] = namespaceCommand(spec, script);
	return [first === "setpriv" ? spec.setpriv : first, ...rest];
}

async function write(path: Path, content: Buffer, mode: number): Promise<void> {
	const there = await readBytes(path).catch(() => undefined);
	if (!there?.equals(content)) await writeAtomic(path, content, mode);
}
